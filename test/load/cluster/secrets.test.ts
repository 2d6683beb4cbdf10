import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { namesSecret, withoutSecrets } from "../../../src/load/cluster/secrets.ts";
import { SEED } from "../../harness/law-runs.ts";

describe("foreign text without credentials", () => {
  it("holds none of the known ones, wherever they stand", () => {
    const secret = fc.string({ minLength: 6 });
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1 }), fc.array(fc.string()), (secrets, between) => {
        const text = secrets.map((one, at) => `${between[at] ?? ""}${one}`).join(" ");
        const left = withoutSecrets(text, secrets);
        for (const one of secrets) if (!"(hidden)".includes(one)) expect(left).not.toContain(one);
      }),
      SEED,
    );
  });

  it.each([
    ["bad token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2ln", "bad token (hidden)"],
    ["sent Authorization: Bearer abcdefgh.ijk==", "sent Authorization: Bearer (hidden)"],
    ["basic am9lOnB3ZA==", "basic (hidden)"],
    ["POST https://jane:pw@idp.example/token failed", "POST https://idp.example/token failed"],
    ['{"id_token": "a\\"b", "kind": "x"}', '{"id_token": "(hidden)", "kind": "x"}'],
    ["grant?client_secret=a&x=1", "grant?client_secret=(hidden)&x=1"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- end", "(hidden) end"],
    ["-----BEGIN PRIVATE KEY-----\nMII", "(hidden)"],
    ["the token has expired: log in", "the token has expired: log in"],
    ['User "jane" cannot list resource "secrets"', 'User "jane" cannot list resource "secrets"'],
  ])("%j", (text, left) => {
    expect(withoutSecrets(text, [])).toBe(left);
  });

  it("takes no longer for a text without end, and shows no half of a word", () => {
    const started = performance.now();
    for (const part of ["a", "a-", "token=", "https://a", "x "]) {
      expect(withoutSecrets(part.repeat(1_000_000), ["password"]).length).toBeLessThan(10_000);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("leaves short ones, which are words", () => {
    expect(withoutSecrets("user admin", ["admin"])).toBe("user admin");
  });

  it("knows what is called a secret", () => {
    expect(["CLIENT_SECRET", "--token", "apiKey", "AWS_PROFILE", "--cluster"].map(namesSecret)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
