import type { Gap } from "../model/gap.ts";
import type { GroupKind } from "../model/object.ts";

/** Makes gaps for what the specification leaves to implementations: each once, so that decisions share it. */
export function implementationGaps(): (about: GroupKind, detail: string) => Gap {
  const known = new Map<string, Gap>();
  return ({ group, kind }, detail) => {
    const key = `${group}/${kind}/${detail}`;
    const gap: Gap = known.get(key) ?? { cause: "implementation", groupKind: { group, kind }, namespace: null, detail };
    known.set(key, gap);
    return gap;
  };
}
