import { ArnFormat, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { DefinitionBody, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { Stage } from "../config.ts";
import type { ServiceFunction } from "./service-function.ts";

/** Our own faults, and Lambda's: two minutes of them, then the sweeper starts the next generation. */
const RETRY = [
  { ErrorEquals: ["States.ALL"], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 6, JitterStrategy: "FULL" },
];
/** Longer than the function may take. */
const TASK_SECONDS = 60;

/** Waits between the attempts of a delivery, for hours at no cost: one execution climbs until its function says that it is over. */
export class Ladder extends Construct {
  /** By its name: the function that climbs also starts executions, and neither can be made before the other. */
  readonly arn: string;
  private readonly stateMachineName: string;

  constructor(scope: Construct, stage: Stage) {
    super(scope, "ladder");
    this.stateMachineName = `einvoice-${stage.name}-ladder`;
    this.arn = Stack.of(this).formatArn({
      service: "states",
      resource: "stateMachine",
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      resourceName: this.stateMachineName,
    });
  }

  /** One loop: wait, have the attempt made, go on as the function says. */
  isClimbedBy({ fn }: ServiceFunction): void {
    const role = new Role(this, "role", { assumedBy: new ServicePrincipal("states.amazonaws.com") });
    role.addToPolicy(new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [fn.functionArn] }));
    const { partition } = Stack.of(this);
    const States = {
      Wait: { Type: "Wait", SecondsPath: "$.waitSeconds", Next: "Attempt" },
      Attempt: {
        Type: "Task",
        Resource: `arn:${partition}:states:::lambda:invoke`,
        Parameters: { FunctionName: fn.functionArn, "Payload.$": "$" },
        OutputPath: "$.Payload",
        TimeoutSeconds: TASK_SECONDS,
        Retry: RETRY,
        Next: "Is it over?",
      },
      "Is it over?": {
        Type: "Choice",
        Choices: [{ Variable: "$.isOver", BooleanEquals: false, Next: "Wait" }],
        Default: "Over",
      },
      Over: { Type: "Succeed" },
    };
    new StateMachine(this, "machine", {
      stateMachineName: this.stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(Stack.of(this).toJsonString({ StartAt: "Wait", States })),
      role,
    });
  }
}
