import { kindsNamed } from "../src/catalogue/kind-names.ts";
import { GATEWAY_API, REFERENCE_GRANT, REFERENCE_POLICY } from "../src/catalogue/kinds.ts";
import { ofProblem } from "../src/diagnose/problems.ts";
import { RefgrantError } from "../src/model/failure.ts";
import { keyOf, type NamespacedId, type ObjectId, sameGroupKind } from "../src/model/object.ts";
import type { Granting, GrantStyle, WrittenGrant } from "../src/model/scaffold.ts";
import { formatPosition } from "../src/model/source.ts";
import { findingClause, findingText } from "../src/render/finding-prose.ts";
import { holdsControl } from "../src/render/json-text.ts";
import { conversionLines, tighteningLines } from "../src/render/scaffold-grant-prose.ts";
import { grantingLines, versionNotes, WITHOUT_INTO } from "../src/render/scaffold-prose.ts";
import type { ScaffoldTelling } from "../src/render/scaffold-refusals.ts";
import { grantsJson, grantsYaml, type PrintedGrant } from "../src/render/scaffold-yaml.ts";
import { nameOf } from "../src/render/terms.ts";
import { listed } from "../src/render/text.ts";
import { conversionExit, grantingExit, gravest, type ScaffoldExit, tighteningExit } from "../src/scaffold/exit.ts";
import { convert, scaffold, tighten } from "../src/scaffolding.ts";
import { displayOf, worldText } from "./display.ts";
import { type Found, findAsking, kindsOf, noneText, scopeText } from "./find.ts";
import { notesText, unseenText } from "./notes.ts";
import type { ObjectScope, ScaffoldPlan, TargetWord } from "./plan.ts";
import type { Outcome, Ports, Progress } from "./ports.ts";
import { openWorld, type World } from "./world.ts";

/** What is printed for some objects, and what is told of it. */
interface Scaffolded {
  readonly grants: readonly WrittenGrant[];
  readonly lines: readonly string[];
  readonly exit: ScaffoldExit;
}

/** The objects that were asked about, by what is done with them. */
interface Subjects {
  readonly referrers: readonly ObjectId[];
  readonly grants: readonly NamespacedId[];
  readonly policies: readonly NamespacedId[];
}

function subjectsOf(ids: readonly ObjectId[]): Subjects {
  const of = (kind: typeof REFERENCE_GRANT) =>
    ids.flatMap((id): readonly NamespacedId[] =>
      id.namespace !== null && sameGroupKind(id, kind) ? [{ ...id, namespace: id.namespace }] : [],
    );
  return {
    grants: of(REFERENCE_GRANT),
    policies: of(REFERENCE_POLICY),
    referrers: ids.filter((id) => !sameGroupKind(id, REFERENCE_GRANT) && !sameGroupKind(id, REFERENCE_POLICY)),
  };
}

const usage = (message: string): RefgrantError =>
  new RefgrantError("usage", message, "See 'kubectl refgrant scaffold --help' for usage.");

/** Flags about what references need say nothing of a grant that is written anew. */
function requireReferrers(
  { grants, policies }: Subjects,
  { all, anyName, assumeRefused, into, name, toNamespace }: ScaffoldPlan,
): void {
  const [first] = [...grants, ...policies];
  if (first === undefined) return;
  const [flag] = [
    ...(all ? ["--all"] : []),
    ...(anyName ? ["--any-name"] : []),
    ...(assumeRefused ? ["--assume-refused"] : []),
    ...(into === null ? [] : ["--into"]),
    ...(toNamespace === null ? [] : ["--to-namespace"]),
    ...(name === null || grants.length === 0 ? [] : ["--name"]),
  ];
  if (flag !== undefined) throw usage(`${flag} is about objects that refer to others, and ${nameOf(first)} does not`);
}

/** The version to write, if the user chose one and the cluster has it. */
async function apiVersionOf({ version }: ScaffoldPlan, world: World): Promise<string | null> {
  if (version === null) return null;
  const served = await world.kindsNamed(`referencegrants.${version}.${GATEWAY_API}`);
  if (world.source === "cluster" && served.length === 0) {
    const has = await world.ask(({ served: kinds }) => ({
      answer: kinds?.find((kind) => sameGroupKind(kind, REFERENCE_GRANT))?.version,
      needs: [],
    }));
    const instead = has === undefined ? "none of any version" : `that of ${has}`;
    throw usage(`--api-version: the server has no referencegrants of ${GATEWAY_API}/${version}, but ${instead}`);
  }
  return `${GATEWAY_API}/${version}`;
}

async function intoOf({ into }: ScaffoldPlan, world: World): Promise<string | null> {
  if (into === null) return null;
  const kinds = await kindsOf(into.type, world);
  if (!kinds.some((kind) => sameGroupKind(kind, REFERENCE_GRANT))) {
    throw usage(`--into takes a referencegrant/NAME, not ${JSON.stringify(`${into.type}/${into.name}`)}`);
  }
  return into.name;
}

const nameTaken = (id: NamespacedId): RefgrantError =>
  new RefgrantError(
    "usage",
    `--name: ${nameOf(id)} is there already and says something else, which applying another would undo`,
    `Choose another name, or add to it with --into referencegrant/${id.name}.`,
  );

/** What makes that nothing can be printed: it is an error, and not an answer. */
function requireAnswer({ merge, overwritten }: Granting): void {
  const [taken] = overwritten;
  if (taken !== undefined) throw nameTaken(taken);
  if (merge.merge === "several-namespaces") {
    throw new RefgrantError(
      "usage",
      `--into adds to one grant, and the targets are in namespaces ${listed(merge.namespaces)}`,
      "Leave --into out for a grant in each.",
    );
  }
  if (merge.merge === "unseen") {
    throw new RefgrantError("not-found", `${nameOf(merge.id)} could not be read: ${merge.gap.detail}`, WITHOUT_INTO);
  }
  if (merge.merge === "not-found") {
    const { id, near } = merge;
    const meant = near === null ? "" : `Did you mean ${near}? `;
    throw new RefgrantError(
      "not-found",
      `there is no ReferenceGrant called ${id.name} in namespace ${id.namespace}, where the targets are`,
      `${meant}${WITHOUT_INTO}`,
    );
  }
}

function tellingOf(plan: ScaffoldPlan, found: Found, world: World, ports: Ports): ScaffoldTelling {
  const { scope, toNamespace } = plan;
  return {
    display: displayOf({ color: "never", headers: true }, ports.terminal),
    world: worldText(plan.source),
    about: aboutText(found),
    named: found.named ? found.ids : [],
    home: found.named || toNamespace !== null || scope.allNamespaces ? null : (scope.namespace ?? world.namespace),
    partial: unseenText(found.gaps).length > 0,
    versioned: plan.version !== null,
  };
}

const NAMED = 3;

/** What was asked about, for a sentence; null where nothing was named. */
function aboutText({ named, ids }: Found): string | null {
  if (!named) return null;
  return ids.length > NAMED ? `${ids.length} objects` : listed(ids.map(nameOf));
}

async function forReferrers(
  objects: readonly ObjectId[],
  style: GrantStyle & { readonly into: string | null },
  plan: ScaffoldPlan,
  world: World,
  telling: ScaffoldTelling,
): Promise<Scaffolded> {
  const { all, anyName, assumeRefused, toNamespace } = plan;
  const request = { objects, toNamespace, all, anyName, assumeRefused, ...style };
  const granting = await world.ask((snapshot) => scaffold(snapshot, request));
  requireAnswer(granting);
  return { grants: granting.grants, lines: grantingLines(granting, telling), exit: grantingExit(granting) };
}

const unread = (id: ObjectId): RefgrantError =>
  new RefgrantError(
    "not-found",
    `${nameOf(id)} could not be read`,
    "kubectl refgrant audit tells what is wrong with it.",
  );

async function forGrant(
  id: NamespacedId,
  style: GrantStyle,
  world: World,
  telling: ScaffoldTelling,
): Promise<Scaffolded> {
  const tightening = await world.ask((snapshot) => tighten(snapshot, id, style));
  if (tightening === null) throw unread(id);
  return {
    grants: tightening.grants,
    lines: tighteningLines(tightening, telling),
    exit: tighteningExit(tightening),
  };
}

async function forPolicy(id: NamespacedId, style: GrantStyle, world: World): Promise<Scaffolded> {
  const conversion = await world.ask((snapshot) => convert(snapshot, id, style));
  if (conversion === null) throw unread(id);
  if (style.name !== null && conversion.taken !== null) throw nameTaken(conversion.taken);
  return {
    grants: conversion.grants,
    lines: conversionLines(conversion),
    exit: conversionExit(conversion),
  };
}

/** Text that holds the version of a grant, and nothing else on its line but a comment. */
const VERSION_LINE = /^apiVersion:[ \t]*["']?[a-z0-9./]+["']?(?=[ \t]*(?:#.*)?$)/m;

/** A grant that stands in a file, as its text there with other entries; null where it is written from its data. */
async function textOf({ id, from, to, manifest, rewrites }: WrittenGrant, world: World): Promise<string | null> {
  const at = rewrites === null ? null : world.writtenAt(id);
  if (at === null) return null;
  const { rewritten } = await import("../src/manifest/rewriting.ts");
  const text = rewritten(at.source, at.path, { from, to }, id.namespace);
  // What a terminal should not be sent, the data has a way to write.
  if (text === null || holdsControl(text.replaceAll(/\r(?=\n)|\t/g, ""))) return null;
  if (manifest.apiVersion === rewrites?.apiVersion) return text;
  const other = text.replace(VERSION_LINE, () => `apiVersion: ${String(manifest.apiVersion)}`);
  return other === text ? null : other;
}

/** Where the grant stands that another is printed for: what is printed is no more than that object. */
async function placeNotes({ id, rewrites }: WrittenGrant, world: World): Promise<readonly string[]> {
  if (rewrites === null) return [];
  const at = await world.ask(({ objects }) => ({ answer: objects.get(keyOf(id))?.locate([]) ?? null, needs: [] }));
  return at === null ? [] : [`${nameOf(id)} stands at ${formatPosition(at)}; what is printed is that object alone`];
}

/** How many problems of the input are told; `audit` tells all. */
const PROBLEMS_SHOWN = 10;

/** What of the input could not be read, or stands there twice. */
async function inputNotes(world: World, ports: Ports): Promise<readonly string[]> {
  const { problems, source } = await world.ask((answer) => ({ answer, needs: [] }));
  const told = problems.filter(({ cause }) => ["syntax", "duplicate-key", "duplicate"].includes(cause));
  const display = displayOf({ color: "never", headers: true }, ports.terminal);
  const notes = told.slice(0, PROBLEMS_SHOWN).map((problem) => {
    const where = problem.at === null ? "" : `${formatPosition(problem.at)}: `;
    const subject = "id" in problem ? `${nameOf(problem.id)} ` : "";
    return `${where}${subject}${findingClause(findingText(ofProblem(problem, source), display))}`;
  });
  return told.length > notes.length ? [...notes, `and ${told.length - notes.length} more, which audit tells`] : notes;
}

/** What is printed, and which comments could not be. */
interface Printout {
  readonly stdout: string;
  readonly notes: readonly string[];
}

async function print(grants: readonly WrittenGrant[], { output }: ScaffoldPlan, world: World): Promise<Printout> {
  const printed: PrintedGrant[] = [];
  const notes: string[] = [];
  for (const grant of grants) {
    const text = output === "yaml" ? await textOf(grant, world) : null;
    const at = grant.rewrites === null ? null : world.writtenAt(grant.id);
    if (output === "yaml" && text === null && at?.source.language === "yaml" && /(?:^|\s)#/m.test(at.source.text)) {
      notes.push(`the comments on ${nameOf(grant.id)} in ${at.source.file} could not be kept`);
    }
    notes.push(...(await placeNotes(grant, world)));
    printed.push({ manifest: grant.manifest, text });
  }
  return { stdout: output === "json" ? grantsJson(printed) : grantsYaml(printed), notes };
}

/** All of a kind that the server no longer has are none, and not a mistyped word. */
async function withoutRetired(scope: ObjectScope, world: World): Promise<ObjectScope> {
  const isRetired = async ({ type, name }: TargetWord): Promise<boolean> =>
    name === null &&
    kindsNamed(type).some((kind) => sameGroupKind(kind, REFERENCE_POLICY)) &&
    (await world.kindsNamed(type)).length === 0;
  const retired = await Promise.all(scope.targets.map(isRetired));
  return { ...scope, targets: scope.targets.filter((_, index) => retired[index] === false) };
}

async function scaffoldIn(world: World, plan: ScaffoldPlan, ports: Ports): Promise<Outcome> {
  const scope = await withoutRetired(plan.scope, world);
  if (plan.scope.targets.length > 0 && scope.targets.length === 0) {
    const stderr = notesText([...world.notes, "the server has no ReferencePolicies: there is nothing to convert"]);
    return { stdout: "", stderr, exitCode: 0 };
  }
  const found = await findAsking(scope, world);
  const subjects = subjectsOf(found.ids);
  requireReferrers(subjects, plan);
  const style = { name: plan.name, apiVersion: await apiVersionOf(plan, world) };
  const into = await intoOf(plan, world);
  const telling = tellingOf(plan, found, world, ports);
  const parts: Scaffolded[] = [];
  // Each knows what was made before it, so that no two grants have one name.
  const made = () => parts.flatMap((part) => part.grants);
  if (subjects.referrers.length > 0) {
    parts.push(await forReferrers(subjects.referrers, { ...style, into, made: [] }, plan, world, telling));
  }
  for (const id of subjects.grants) parts.push(await forGrant(id, { ...style, made: made() }, world, telling));
  for (const id of subjects.policies) parts.push(await forPolicy(id, { ...style, made: made() }, world));
  const grants = [...new Map(made().map((grant) => [keyOf(grant.id), grant])).values()];
  const unseen = unseenText(found.gaps);
  const none = found.ids.length + unseen.length > 0 ? [] : [nothingFound(plan, world)];
  const lines = parts.flatMap((part) => part.lines).map((line) => `${line}\n`);
  const { stdout, notes } = await print(grants, plan, world);
  return {
    stdout,
    stderr: `${notesText([...world.notes, ...(await inputNotes(world, ports)), ...unseen, ...none])}${lines.join("")}${notesText([...versionNotes(grants, world.source, telling), ...notes])}`,
    exitCode: gravest([...parts.map((part) => part.exit), unseen.length > 0 ? 4 : 0]),
  };
}

function nothingFound({ scope }: ScaffoldPlan, world: World): string {
  if (scope.targets.length > 0) return noneText(scope, world);
  const labels = scope.selector.length === 0 ? "" : " with these labels";
  return `there is nothing${labels} in ${scopeText(scope, world)} that could be refused`;
}

/** Answers `scaffold`. Failures are thrown. */
export async function runScaffold(plan: ScaffoldPlan, ports: Ports, progress: Progress): Promise<Outcome> {
  const world = await openWorld(plan.source, plan.scope, ports, progress);
  try {
    return await scaffoldIn(world, plan, ports);
  } finally {
    world.close();
  }
}
