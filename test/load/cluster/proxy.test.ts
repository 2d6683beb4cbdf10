import { describe, expect, it } from "vitest";
import { exemptFromProxy, proxyFor } from "../../../src/load/cluster/proxy.ts";

describe("NO_PROXY, as Go reads it", () => {
  it.each([
    ["https://api.example.com:6443", "example.com", true],
    ["https://example.com", "example.com", true],
    ["https://notexample.com", "example.com", false],
    ["https://example.com", ".example.com", false],
    ["https://api.example.com", ".example.com", true],
    ["https://api.example.com", "*.example.com", true],
    ["https://API.Example.com", " x , EXAMPLE.com", true],
    ["https://api.example.com:6443", "example.com:6443", true],
    ["https://api.example.com:6443", "example.com:443", false],
    ["https://api.example.com", "example.com:443", true],
    ["https://10.1.2.3:6443", "10.0.0.0/8", true],
    ["https://11.1.2.3:6443", "10.0.0.0/8", false],
    ["https://10.1.2.3", "10.1.2.3", true],
    ["https://10.1.2.3", "2.3", false],
    ["https://[fd00::7]:6443", "fd00::/16", true],
    ["https://[fd00::7]:6443", "[fd00::7]:6443", true],
    ["https://10.1.2.3", "fd00::/16", false],
    ["https://anything", "*", true],
    ["https://anything", "", false],
    ["https://anything", "10.0.0.0/99,:443,,", false],
    ["https://localhost:6443", "", true],
    ["https://127.0.0.53:6443", "", true],
    ["https://[::1]:6443", "", true],
  ])("%s under %j: %s", (server, noProxy, expected) => {
    expect(exemptFromProxy(new URL(server), noProxy)).toBe(expected);
  });
});

describe("the choice of a proxy", () => {
  it.each([
    ["https://s", "", { HTTPS_PROXY: "http://a", HTTP_PROXY: "http://b" }, "http://a/"],
    ["http://s", "", { HTTPS_PROXY: "http://a", HTTP_PROXY: "http://b" }, "http://b/"],
    ["https://s", "", { https_proxy: "proxy:3128" }, "http://proxy:3128/"],
    ["https://s", "", { HTTPS_PROXY: "http://upper", https_proxy: "http://lower" }, "http://upper/"],
    ["https://s", "", { HTTPS_PROXY: "socks5://a:1080" }, "socks5://a:1080"],
    ["https://s", "", { HTTPS_PROXY: "http://a", NO_PROXY: "s" }, undefined],
    ["https://s", "", { HTTPS_PROXY: "http://a", no_proxy: "s" }, undefined],
    ["https://s", "http://mine:8080", { HTTPS_PROXY: "http://a", NO_PROXY: "s" }, "http://mine:8080/"],
    ["https://localhost", "http://mine:8080", {}, "http://mine:8080/"],
    ["https://s", "", { ALL_PROXY: "http://a" }, undefined],
  ])("%s, proxy-url %j, %j", (server, configured, variables, expected) => {
    const proxy = proxyFor(new URL(server), configured, new Map(Object.entries(variables)));
    expect(proxy?.href).toBe(expected);
  });

  it.each([
    "ftp://hunter2secret",
    "http://",
    "::",
    "http://u:hunter2secret",
    "http://u:p@hunter2secret/w@h:1",
    "http://u:1#hunter2secret@h:1",
    "http://u:%zzhunter2secret@h:1",
  ])("refuses the proxy %j without repeating it", (proxy) => {
    for (const [configured, variable] of [
      [proxy, ""],
      ["", proxy],
    ] as const) {
      const choose = () => proxyFor(new URL("https://s"), configured, new Map([["HTTPS_PROXY", variable]]));
      expect(choose).toThrow(/no URL of an http, https or socks5/);
      expect(choose).not.toThrow(/hunter2secret/);
    }
  });
});
