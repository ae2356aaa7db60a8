import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import * as z from "zod";
import type { Provision } from "../provision.ts";

const Properties = z.looseObject({ ServiceToken: z.string() });
const Answer = z.looseObject({
  Status: z.enum(["SUCCESS", "FAILED"]),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string(),
  Data: z.record(z.string(), z.coerce.string()).default({}),
});

/** Calls the function as CloudFormation does when a stack is made: at every start, since creating must be repeatable anyway. */
export const customResource: Provision = async (cloud, { logicalId, properties }) => {
  const { ServiceToken } = Properties.parse(properties);
  const reply = await replyAddress();
  const result = await cloud.functions.invoke(ServiceToken, {
    RequestType: "Create",
    ServiceToken,
    ResponseURL: reply.url,
    StackId: cloud.stackName,
    RequestId: logicalId,
    LogicalResourceId: logicalId,
    ResourceType: "AWS::CloudFormation::CustomResource",
    ResourceProperties: properties,
  });
  if (!result.ok) reply.close();
  if (!result.ok) throw new Error(`${logicalId}: ${result.errorType}: ${result.errorMessage}`);
  const { Status, Reason, PhysicalResourceId, Data } = await reply.answer;
  if (Status === "FAILED") throw new Error(`${logicalId}: ${Reason}`);
  return { ref: PhysicalResourceId, attributes: Data };
};

/** Where the function's answer arrives: once. */
async function replyAddress() {
  const answered = Promise.withResolvers<z.infer<typeof Answer>>();
  const server = createServer((request, response) => {
    text(request)
      .then((body) => answered.resolve(Answer.parse(JSON.parse(body))))
      .catch(answered.reject)
      .finally(() => {
        response.end();
        server.close();
      });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, answer: answered.promise, close: () => void server.close() };
}
