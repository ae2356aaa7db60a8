import { App } from "aws-cdk-lib";
import { bundleFunctions } from "./bundle.ts";
import { stages } from "./config.ts";
import { EinvoiceStack } from "./einvoice-stack.ts";

await bundleFunctions();
const app = new App();
for (const stage of Object.values(stages)) new EinvoiceStack(app, stage);
app.synth();
