/** What kind of fault a portal's error code tells (the official lists of the e-invoice, e-way bill and GST systems). */
export type CodeCategory = "auth" | "validation" | "duplicate" | "transient" | "rate" | "business";

/**
 * What helps. `surface`: a person must read it. `retry`: later. `reauth`: a new token. `reconcile`: look up what is there.
 * `sync`: have the portal fetch the taxpayer anew, once, and replay. `other-portal`: ask with the `irp` header, once.
 */
export type CodeAction = "surface" | "retry" | "reauth" | "reconcile" | "sync" | "other-portal";

/** What a portal's error codes make certain about the call that got them. */
export type Certainty = "refused" | "not-sent" | "unknown";

/** Who uses three digits: the e-way bill system behind `ewayapi`. In an answer of any other endpoint they are a GSP's. */
export type CodeSource = "irp" | "ewayapi";

/** The credentials, the client's own or the portal's public key are wrong: the same login fails again until one of them changes. */
const CREDENTIALS = `
  1007 1008 1010 1011 1012 1013 1014 1016 1017 1018 1019 1020 3000 3002 3031 3059 3067`;

/**
 * Every code by what it is and what helps. Codes for logins of the e-way bill system are left out: its token comes from the
 * IRP, and GSPs use the same numbers (101, 201) for other things.
 */
const groups: readonly (readonly [CodeCategory, CodeAction, string])[] = [
  ["auth", "reauth", "1005 105 106 238"],
  ["auth", "surface", CREDENTIALS],
  // A header is missing or belongs to somebody else.
  ["auth", "surface", "1004 1006 1015 2257 3024 3053 3100 3101 4025 103 104 110 111 237"],
  // Quotas. 118 wants five minutes.
  ["rate", "retry", "3108 3109 _3109 4062 118 658 GEN5005"],
  // The client id, the GSTIN: suspended until a person sees to it.
  ["rate", "surface", "3095 3096"],
  ["duplicate", "reconcile", "2150 2287 2295 4002 4026 604"],
  // The number of a cancelled IRN: ours or another's.
  ["duplicate", "surface", "2278"],
  // It failed while the portal worked on it. 5001 and 5002 may be a fault of the schema: then the message names a member.
  [
    "transient",
    "retry",
    `2139 2140 2141 2146 2147 3019 3020 3043 3058 3104 3105 3107 4001 4004 4053 5001 5002 SYS_5001
    240 309 313 317 322 325 326 327 328 329 330 331 334 336 337 347 350 357 364 365 367 368 383 388 397 401 403 415 419
    423 425 427 429 440 442 613 647 673 675 676 677 681 683 685 813 GEN5008 GSPERR300 GSPGSTDOWN`,
  ],
  ["transient", "surface", "4058"],
  ["business", "sync", "3028 3029"],
  ["business", "other-portal", "2143 2148 4003 4061 444 445"],
  // Absence. Of an IRN it is certain once the other portal says so too.
  ["business", "reconcile", "2154"],
  [
    "business",
    "surface",
    `2169 2226 2230 2231 2252 2270 2283 2284 2286 2296 2300 2302 2304 2305 2306 3001 3005 3007 3011 3012 3013 3014 3015
    3016 3017 3021 3025 3026 3027 3032 3033 3034 3035 3036 3037 3044 3045 3046 3052 3060 3061 3062 3063 3064 3065 3066
    3068 3069 3070 3071 3072 3073 3074 3075 3076 3077 3078 3079 3080 3103 4000 4005 4007 4010 4015 4037 4041 4043 4054
    4055 4056 4057 9999 312 315 316 343 720 728 820`,
  ],
  [
    "validation",
    "surface",
    `2142 2144 2145 2155 2156 2157 2159 2161 2162 2163 2171 2172 2173 2174 2176 2177 2178 2179 2180 2181 2182 2183 2184
    2185 2186 2187 2188 2189 2190 2191 2192 2193 2194 2195 2196 2197 2198 2199 2200 2201 2202 2203 2204 2205 2206 2207
    2208 2209 2210 2211 2212 2213 2214 2215 2216 2217 2218 2219 2220 2221 2222 2223 2224 2225 2227 2228 2229 2232 2233
    2234 2235 2236 2237 2238 2239 2240 2241 2242 2243 2244 2245 2246 2247 2248 2249 2251 2253 2254 2255 2256 2258 2259
    2260 2261 2262 2263 2264 2265 2266 2267 2268 2269 2271 2272 2273 2274 2275 2276 2279 2280 2281 2282 2285 2288 2290
    2292 2293 2294 2297 2298 2299 2301 2303 2307 2323 2325 3003 3004 3006 3008 3009 3010 3022 3023 3030 3038 3039 3040
    3041 3042 3047 3048 3092 3093 3097 3098 3099 3102 3106 4006 4008 4009 4011 4012 4013 4014 4016 4017 4018 4019 4020
    4021 4022 4023 4024 4027 4028 4029 4030 4031 4032 4033 4034 4035 4036 4038 4039 4040 4042 4044 4045 4046 4047 4048
    4049 4050 4051 4052 4059 4060 4063 4064 4065 4066 4067 4068 4069 4070 4071 4072 4073 4074 4075 4076 5003
    109 301 307 308 393`,
  ],
];

const words = (text: string) => text.trim().split(/\s+/);

const rows: ReadonlyMap<string, { readonly category: CodeCategory; readonly action: CodeAction }> = new Map(
  groups.flatMap(([category, action, codes]) => words(codes).map((code) => [code, { category, action }] as const)),
);
const credentialCodes: ReadonlySet<string> = new Set(words(CREDENTIALS));

/** A call that was turned away before the document was looked at has done nothing. A duplicate may be our own work. */
const certainties: Readonly<Record<CodeCategory, Certainty>> = {
  auth: "not-sent",
  rate: "not-sent",
  validation: "refused",
  business: "refused",
  transient: "unknown",
  duplicate: "unknown",
};

/** Any other code is a GSP's or a gateway's, which may have lost the portal's answer. */
const portalCode: Readonly<Record<CodeSource, RegExp>> = { irp: /^\d{4}$/, ewayapi: /^\d{3,4}$/ };

/** What a refusal with these codes makes certain: the least certain of them counts, and no code at all says nothing. */
export function certaintyOf(codes: readonly string[], source: CodeSource = "irp"): Certainty {
  const found = codes.map((code) => {
    const category = categoryOf(code);
    const certainty = category ? certainties[category] : "refused";
    return certainty === "refused" && !portalCode[source].test(code) ? "unknown" : certainty;
  });
  if (codes.length === 0 || found.includes("unknown")) return "unknown";
  return found.includes("not-sent") ? "not-sent" : "refused";
}

/** Undefined for a code that no list has. */
export function categoryOf(code: string): CodeCategory | undefined {
  return rows.get(code)?.category;
}

/** What helps against the code; one that no list has is for a person. */
export function actionOf(code: string): CodeAction {
  return rows.get(code)?.action ?? "surface";
}

/** Logging in with the same credentials again is of no use, and may lock the user out. */
export function isCredentialRefusal(code: string): boolean {
  return credentialCodes.has(code);
}

/** The portal's copy of a taxpayer is old (3028, 3029): synchronise it once, then send the call again. */
export function needsSync(errors: readonly { readonly code: string }[]): boolean {
  return errors.some(({ code }) => actionOf(code) === "sync");
}

/** The token was rejected: with a new one the call may be sent again. */
export function needsToken(errors: readonly { readonly code: string }[]): boolean {
  return errors.some(({ code }) => actionOf(code) === "reauth");
}

/** Seconds to keep away after a quota answer. The portals publish no number but that of 118. */
const QUOTA_PAUSE_SECONDS = 60;
const LONG_PAUSES: ReadonlyMap<string, number> = new Map([["118", 300]]);

/** Seconds in which no call helps, 0 where time alone does not. */
export function pauseSeconds(errors: readonly { readonly code: string }[]): number {
  const pauses = errors
    .filter(({ code }) => categoryOf(code) === "rate" && actionOf(code) === "retry")
    .map(({ code }) => LONG_PAUSES.get(code) ?? QUOTA_PAUSE_SECONDS);
  return Math.max(0, ...pauses);
}
