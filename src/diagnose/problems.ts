import type { Finding } from "../model/finding.ts";
import { keyOf, type ObjectId, type ObjectKey } from "../model/object.ts";
import type { InputProblem, Snapshot } from "../model/snapshot.ts";

/** What is wrong with the input itself. */
export function ofProblem(problem: InputProblem, source: Snapshot["source"]): Finding {
  switch (problem.cause) {
    case "syntax":
    case "duplicate-key":
      return { code: "manifest-invalid", severity: "error", subject: null, problem };
    case "no-object":
      return { code: "manifest-invalid", severity: "warning", subject: null, problem };
    case "duplicate":
      return { code: "manifest-duplicate", severity: "warning", subject: problem.id, problem };
    case "unknown-version":
      return { code: "manifest-rejected", severity: "error", subject: problem.id, problem };
    case "unserved-version":
      return { code: "version-unserved", severity: "warning", subject: problem.id, problem };
    case "deprecated-version":
      return { code: "version-deprecated", severity: "warning", subject: problem.id, problem };
    case "field":
      if (problem.storable) return { code: "field-invalid", severity: "error", subject: problem.id, problem };
      return source === "files"
        ? { code: "manifest-rejected", severity: "error", subject: problem.id, problem }
        : { code: "field-invalid", severity: "warning", subject: problem.id, problem };
  }
}

/** The object that today's API server would not take for a problem; null if it takes it, or there is none. */
function refusedObject(problem: InputProblem): ObjectId | null {
  switch (problem.cause) {
    case "unknown-version":
    case "unserved-version":
      return problem.id;
    case "field":
      return problem.storable ? null : problem.id;
    case "syntax":
    case "duplicate-key":
    case "no-object":
    case "duplicate":
    case "deprecated-version":
      return null;
  }
}

/** The objects that today's API server would not take. What a cluster holds, it has taken. */
export function refusedObjects(problems: readonly InputProblem[], source: Snapshot["source"]): ReadonlySet<ObjectKey> {
  if (source === "cluster") return new Set();
  const refused = problems.map(refusedObject).filter((id) => id !== null);
  return new Set(refused.map(keyOf));
}
