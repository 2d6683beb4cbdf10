import type { KindInfo } from "../../catalogue/kinds.ts";
import { objectRequest } from "./lists.ts";
import type { Answer, Transport } from "./transport.ts";

/** An object that will be asked for once it is known what the server has. */
export interface Expected {
  readonly info: KindInfo;
  /** null for that of the context. */
  readonly namespace: string | null;
  readonly name: string;
}

/**
 * A transport that asks for objects before it is known whether the server has their kind: in the version that is preferred, which
 * nearly every server has. Whoever asks for the same gets that answer; a wrong guess is an answer that nobody asks for.
 *
 * @param own the namespace of the context
 */
export function askAhead(transport: Transport, expected: readonly Expected[], own: string): Transport {
  const answers = new Map<string, Promise<Answer>>();
  for (const { info, namespace, name } of expected) {
    const [version] = info.versions ?? [];
    if (version === undefined || info.scope === "Cluster") continue;
    const request = objectRequest({ info, version }, namespace ?? own, name);
    if (request === null) continue;
    const answer = transport.get(request.path, request.accept);
    // It is for whoever asks to hear of a failure.
    answer.catch(() => undefined);
    answers.set(`${request.accept} ${request.path}`, answer);
  }
  return {
    ...transport,
    get: (path, accept) => {
      const key = `${accept} ${path}`;
      const answer = answers.get(key);
      answers.delete(key);
      return answer ?? transport.get(path, accept);
    },
  };
}
