import { App } from "aws-cdk-lib";
import { type Stage, stages } from "../config.ts";
import { EinvoiceStack } from "../einvoice-stack.ts";

/** The template as `cdk deploy` would get it, with the asset paths that tell where each function's bundle lies. */
export function synthesize(outdir: string, stage: Stage = stages.local) {
  // CDK's own validation of the template takes a second; `npm run synth` does it.
  process.env["CDK_VALIDATION"] = "false";
  const app = new App({ outdir, context: { "aws:cdk:enable-asset-metadata": true } });
  const { stackName } = new EinvoiceStack(app, stage);
  const assembly = app.synth();
  const template: unknown = assembly.getStackByName(stackName).template;
  return { stackName, template, assetFolder: assembly.directory };
}
