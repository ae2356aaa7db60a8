import { App } from "aws-cdk-lib";
import { bundleFunctions } from "./bundle.ts";
import { stages } from "./config.ts";
import { EinvoiceStack } from "./einvoice-stack.ts";

await bundleFunctions();
const app = new App();
// The local stage is for npm start, which synthesizes it by itself.
for (const stage of [stages.sandbox, stages.live]) new EinvoiceStack(app, stage);
app.synth();
