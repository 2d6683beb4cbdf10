import { isRecord, itemsAt, textAt, valueAt } from "../e2e/harness/json.ts";

/** What krew, the checks of its index, or its reviewers ask of a manifest. */
export interface Rule {
  readonly rule: string;
  /** Who asks for it, and what becomes of a manifest that breaks it. */
  readonly why: string;
  /** What of a manifest breaks the rule; empty where nothing does. */
  readonly offences: (manifest: unknown) => readonly string[];
  /** Text of a good manifest, and what to put in its place so that the rule is broken. */
  readonly spoilt: readonly (readonly [good: string | RegExp, bad: string])[];
}

/** The pairs that krew runs on (allPlatforms of validate-krew-manifest). */
const KNOWN: readonly string[] = [
  ...["386", "amd64", "arm64"].map((arch) => `windows/${arch}`),
  ...["386", "amd64", "arm", "arm64", "ppc64le"].map((arch) => `linux/${arch}`),
  ...["386", "amd64", "arm64"].map((arch) => `darwin/${arch}`),
];
const WANTED: readonly string[] = ["linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64"];
const WINDOWS_DEVICE = /^(con|prn|aux|nul|(com|lpt)[1-9])$/i;
const FINAL_VERSION = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

/** The fields that krew reads (its pkg/index/types.go), by the path to what holds them. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "": ["apiVersion", "kind", "metadata", "spec"],
  metadata: ["name"],
  spec: ["version", "homepage", "shortDescription", "description", "caveats", "platforms"],
  "spec.platforms[]": ["uri", "sha256", "selector", "files", "bin"],
  "spec.platforms[].selector": ["matchLabels"],
  "spec.platforms[].files[]": ["from", "to"],
};

const spec = (manifest: unknown, field: string): string => textAt(manifest, "spec", field) ?? "";
const platforms = (manifest: unknown): readonly unknown[] => itemsAt(manifest, "spec", "platforms");
const lines = (text: string): readonly string[] => text.replace(/\n$/, "").split("\n");
const when = (broken: boolean, what: string): readonly string[] => (broken ? [what] : []);
const sources = (platform: unknown): readonly string[] =>
  itemsAt(platform, "files").map((file) => textAt(file, "from") ?? "");
const labels = (platform: unknown): Readonly<Record<string, unknown>> => {
  const found = valueAt(platform, "selector", "matchLabels");
  return isRecord(found) ? found : {};
};

/** The pairs of {@link KNOWN} that a selector picks; one that names no architecture picks all of them. */
const picked = (platform: unknown): readonly string[] => {
  const { os, arch } = labels(platform);
  return KNOWN.filter((pair) => {
    const [pairOs, pairArch] = pair.split("/");
    return (os === undefined || os === pairOs) && (arch === undefined || arch === pairArch);
  });
};
const eachPlatform = (manifest: unknown, broken: (platform: unknown) => readonly string[]): readonly string[] =>
  platforms(manifest).flatMap((platform) => broken(platform).map((what) => `${picked(platform)}: ${what}`));

const unknownFields = (value: unknown, path: string): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => unknownFields(item, `${path}[]`));
  if (!isRecord(value)) return [];
  const known = FIELDS[path];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...when(known !== undefined && !known.includes(key), `${path}.${key}`),
    ...unknownFields(inner, path === "" ? key : `${path}.${key}`),
  ]);
};

/** The rules, in the order in which the manifest has what they are about. */
export const RULES: readonly Rule[] = [
  {
    rule: "it is a Plugin of the one version that krew reads",
    why: "krew refuses every other apiVersion and kind (internal/index/validation)",
    offences: (manifest) => [
      ...when(textAt(manifest, "apiVersion") !== "krew.googlecontainertools.github.com/v1alpha2", "apiVersion"),
      ...when(textAt(manifest, "kind") !== "Plugin", "kind"),
    ],
    spoilt: [
      ["v1alpha2", "v1alpha3"],
      ["kind: Plugin", "kind: plugin"],
    ],
  },
  {
    rule: "it has no field that krew does not read",
    why: "krew reads strictly: a slip such as sha265 fails the installation, or is a field that does nothing",
    offences: (manifest) => unknownFields(manifest, ""),
    spoilt: [
      ["  homepage:", "  homePage:"],
      ["    bin: kubectl-refgrant\n", "    bin: kubectl-refgrant\n    arch: amd64\n"],
    ],
  },
  {
    rule: "its name is that of its file, in lower case, with dashes",
    why: "krew demands the name of the file and [A-Za-z0-9_-]; the naming guide lower case and no kube- in front",
    offences: (manifest) => {
      const name = textAt(manifest, "metadata", "name") ?? "";
      return when(
        name !== "refgrant" ||
          !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) ||
          WINDOWS_DEVICE.test(name) ||
          /^kube/.test(name),
        name,
      );
    },
    spoilt: [
      ["name: refgrant", "name: RefGrant"],
      ["name: refgrant", "name: kubectl-refgrant"],
      ["name: refgrant", "name: con"],
    ],
  },
  {
    rule: "its version is v and a final semantic version",
    why: "krew parses it; the index refuses candidates of a release (krew-index#967)",
    offences: (manifest) => when(!FINAL_VERSION.test(spec(manifest, "version")), spec(manifest, "version")),
    spoilt: [
      [/version: v(\d)/, "version: $1"],
      [/version: (v\S+)/, "version: $1-rc.1"],
      [/version: v\S+/, "version: v1.0"],
    ],
  },
  {
    rule: "its homepage is the repository",
    why: "the documentation of krew asks for it, and krew-release-bot takes it for the proof of who owns the plugin",
    offences: (manifest) =>
      when(
        !/^https:\/\/github\.com\/[\w.-]+\/kubectl-refgrant$/.test(spec(manifest, "homepage")),
        spec(manifest, "homepage"),
      ),
    spoilt: [[/homepage: https/, "homepage: http"]],
  },
  {
    rule: "its short description is one line of 50 characters at most",
    why: "krew refuses line breaks; reviewers ask for 50 characters, for kubectl krew search prints a table",
    offences: (manifest) => {
      const text = spec(manifest, "shortDescription");
      return when(text === "" || text.includes("\n") || text.length > 50, text);
    },
    spoilt: [
      [/shortDescription: (.*)/, "shortDescription: $1, and a good deal of what goes with them"],
      [/shortDescription: (.*)/, 'shortDescription: "$1\\nmore"'],
      [/shortDescription: .*/, 'shortDescription: ""'],
    ],
  },
  {
    rule: "its short description has no word that says nothing there, and no full stop",
    why: "reviewers strike kubectl, plugin, Kubernetes and the dot (krew-index#1726, #2604, #4555)",
    offences: (manifest) => {
      const text = spec(manifest, "shortDescription");
      return [
        ...(text.match(/kubectl|plugin|kubernetes|\bk8s\b/gi) ?? []),
        ...when(text.endsWith("."), "the full stop"),
      ];
    },
    spoilt: [
      [/shortDescription: (.*)/, "shortDescription: $1."],
      [/shortDescription: .*/, "shortDescription: A plugin for ReferenceGrants"],
      [/shortDescription: .*/, "shortDescription: Audit Kubernetes ReferenceGrants"],
    ],
  },
  {
    rule: "its description is wrapped at 80 columns",
    why: "reviewers ask for it: kubectl krew info prints it as it is",
    offences: (manifest) => {
      const text = spec(manifest, "description");
      return [
        ...when(text.trim() === "", "no description"),
        ...lines(text).filter((line) => line.length > 80 || /\s$/.test(line)),
      ];
    },
    spoilt: [
      [/(description: \|\n.*)\n +/, "$1 "],
      [/ {2}description: \|\n( {4}.*\n)+/, '  description: ""\n'],
    ],
  },
  {
    rule: "its description shows no command line",
    why: "usage and flags belong to --help and the documentation, say the reviewers: they age",
    offences: (manifest) =>
      spec(manifest, "description").match(/^\s*\$ .*|kubectl refgrant.*|(^|\s)--?[a-z][\w-]*/gm) ?? [],
    spoilt: [
      [/(description: \|\n)/, "$1    kubectl refgrant audit\n"],
      [/(description: \|\n)/, "$1    Takes --all-namespaces.\n"],
    ],
  },
  {
    rule: "its caveats tell the rights that it needs, and how completion is had",
    why: "caveats are for what must be there before the first use, and krew can install one executable only",
    offences: (manifest) => [
      ...when(!spec(manifest, "caveats").includes("/docs/clusterrole.yaml\n"), "rights"),
      ...when(
        !spec(manifest, "caveats").includes(
          `\nf="\${KREW_ROOT:-$HOME/.krew}/bin/kubectl_complete-refgrant"; kubectl refgrant completion kubectl > "$f" && chmod 755 "$f"\n`,
        ),
        "completion",
      ),
    ],
    spoilt: [
      ["/docs/clusterrole.yaml", ""],
      ["/bin/kubectl_complete-refgrant", "/bin/kubectl-complete-refgrant"],
    ],
  },
  {
    rule: "it has the five platforms that a release has, and each once",
    why: "both Macs are asked for (krew-index#3603); a pair that two selectors pick is refused by the checks of the index",
    offences: (manifest) => {
      const pairs = platforms(manifest).flatMap(picked);
      return [
        ...WANTED.filter((pair) => !pairs.includes(pair)).map((pair) => `no ${pair}`),
        ...pairs.filter((pair, at) => pairs.indexOf(pair) !== at).map((pair) => `${pair} twice`),
        ...pairs.filter((pair) => !WANTED.includes(pair)),
      ];
    },
    spoilt: [
      [/(os: darwin\n +arch:) amd64/, "$1 arm64"],
      [/( +os: windows\n) +arch: amd64\n/, "$1"],
      [/(os: linux\n +arch:) arm64/, "$1 arm"],
    ],
  },
  {
    rule: "its selectors name an os and an arch, and pick one known pair",
    why: "krew refuses other keys and an empty selector; the index refuses one that picks nothing it knows",
    offences: (manifest) =>
      platforms(manifest).flatMap((platform, at) => [
        ...when(
          Object.keys(labels(platform)).toSorted().join() !== "arch,os",
          `platforms[${at}] selects by something else`,
        ),
        ...when(picked(platform).length !== 1, `platforms[${at}] picks ${picked(platform).length} pairs`),
      ]),
    spoilt: [
      [/os: windows/, "os: win32"],
      [/ +os: darwin\n/, "        os: darwin\n        libc: none\n"],
      [/( +)os: linux\n/, "$1system: linux\n"],
    ],
  },
  {
    rule: "it takes archives from the release of its own version, as zip for Windows and tar.gz elsewhere",
    why: "krew unpacks nothing else; an archive of another release installs, and then says another version",
    offences: (manifest) => {
      const version = spec(manifest, "version");
      const releases = `${spec(manifest, "homepage")}/releases/download/${version}`;
      return eachPlatform(manifest, (platform) => {
        const { os, arch } = labels(platform);
        const archive = `kubectl-refgrant_${version}_${os}_${arch}.${os === "windows" ? "zip" : "tar.gz"}`;
        return when(textAt(platform, "uri") !== `${releases}/${archive}`, textAt(platform, "uri") ?? "no uri");
      });
    },
    spoilt: [
      ["_windows_amd64.zip", "_windows_amd64.tar.gz"],
      ["/kubectl-refgrant_v", "/kubectl-refgrant_v9"],
      ["uri: https", "uri: http"],
      [/_linux_arm64/, "_linux_amd64"],
    ],
  },
  {
    rule: "every archive has a checksum of its own, 64 hex digits in lower case",
    why: "krew refuses upper case; one checksum on two archives is a slip, and fails one of the installations",
    offences: (manifest) => {
      const sums = platforms(manifest).map((platform) => textAt(platform, "sha256") ?? "");
      return [
        ...sums.filter((sum) => !/^[0-9a-f]{64}$/.test(sum)),
        ...sums.filter((sum, at) => sums.indexOf(sum) !== at).map((sum) => `${sum} twice`),
      ];
    },
    spoilt: [
      [/sha256: "?[0-9a-f]{64}"?/, `sha256: ${"AB".repeat(32)}`],
      [/sha256: "?[0-9a-f]{63}.*/, "sha256: abc"],
      [/sha256: "?[0-9a-f]{64}"?/g, `sha256: ${"ab".repeat(32)}`],
    ],
  },
  {
    rule: "it names each file that is installed, without patterns and inside the archive",
    why: "an empty list is refused, * is struck by reviewers, and a path with .. or from the root fails the installation",
    offences: (manifest) =>
      eachPlatform(manifest, (platform) => [
        ...when(itemsAt(platform, "files").length === 0, "no files"),
        ...itemsAt(platform, "files").flatMap((file) => {
          const [from = "", to = ""] = [textAt(file, "from"), textAt(file, "to")];
          return when(!/^[\w.-]+$/.test(from) || from.includes("..") || to !== ".", `${from} to ${to}`);
        }),
      ]),
    spoilt: [
      ["from: LICENSE", 'from: "*"'],
      ["from: LICENSE", "from: ../LICENSE"],
      ["from: LICENSE", "from: /LICENSE"],
      ["to: .", 'to: ""'],
      [/files:\n( {4}- .*\n {6}.*\n)+/, "files: []\n"],
    ],
  },
  {
    rule: "it installs the licence, and the notices of what is in the binary",
    why: "the checks of the index look for LICENSE among the files installed; the licences of dependencies ask for theirs",
    offences: (manifest) =>
      eachPlatform(manifest, (platform) => ["LICENSE", "NOTICE"].filter((file) => !sources(platform).includes(file))),
    spoilt: [
      [/ +- from: LICENSE\n +to: \.\n/, ""],
      [/ +- from: NOTICE\n +to: \.\n/, ""],
    ],
  },
  {
    rule: "its executable is among the files, and has .exe on Windows and nowhere else",
    why: "krew links to it; on Windows it runs nothing but an .exe (krew-index#4045)",
    offences: (manifest) =>
      eachPlatform(manifest, (platform) => {
        const bin = textAt(platform, "bin") ?? "";
        const wanted = labels(platform).os === "windows" ? "kubectl-refgrant.exe" : "kubectl-refgrant";
        return when(bin !== wanted || !sources(platform).includes(bin), bin);
      }),
    spoilt: [
      ["bin: kubectl-refgrant.exe", "bin: kubectl-refgrant"],
      ["bin: kubectl-refgrant\n", "bin: kubectl-refgrant.exe\n"],
      ["- from: kubectl-refgrant\n", "- from: refgrant\n"],
    ],
  },
];
