/** A file that a function reads while it runs. */
export interface Asset {
  /** Where it is, from the project's folder. */
  readonly from: string;
  /** Where the function finds it, from its bundle. */
  readonly to: string;
  /** It goes out as it lies there. */
  readonly isGzipped?: true;
}

const FONTS = "node_modules/@expo-google-fonts";
const SCRIPTS = ["Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam"];
const FACES = [
  ["Regular", "400Regular"],
  ["Bold", "700Bold"],
] as const;

/** What lies beside the bundles of the functions that need more than code. */
export const assets: Readonly<Record<string, readonly Asset[]>> = {
  "print-irn": [
    ...["", ...SCRIPTS].flatMap(notoSans),
    // The Open Font License has to be with the fonts.
    { from: `${FONTS}/noto-sans/LICENSE_FONT`, to: "fonts/OFL.txt" },
    ...["harfbuzz.wasm", "harfbuzz-subset.wasm"].map((wasm) => ({
      from: `node_modules/harfbuzzjs/dist/${wasm}`,
      to: wasm,
    })),
  ],
  docs: [
    {
      // The renderer that the linter's own package brings along, so that neither needs a tree of packages.
      from: "node_modules/@redocly/cli/lib/chunks/redoc.standalone.js",
      to: "redoc.js.gz",
      isGzipped: true,
    },
  ],
};

function notoSans(script: string): Asset[] {
  const family = script ? `noto-sans-${script.toLowerCase()}` : "noto-sans";
  return FACES.map(([weight, folder]) => ({
    from: `${FONTS}/${family}/${folder}/NotoSans${script}_${folder}.ttf`,
    to: `fonts/NotoSans${script}-${weight}.ttf`,
  }));
}
