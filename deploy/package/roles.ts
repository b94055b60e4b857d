/** The IAM role of one function: its own log group, its network interfaces, and what its Kafka triggers need. Nothing else. */

export interface KafkaEvent {
  accessConfigurations: Record<string, string[]>
}

export interface MskEvent {
  arn: string
  saslScram512?: string
}

export interface FunctionEvent {
  httpApi?: string | { method: string; path: string; authorizer?: unknown }
  kafka?: KafkaEvent
  msk?: MskEvent
  schedule?: unknown
}

export interface FunctionDefinition {
  name: string
  handler?: string
  role?: string
  /** Outside the VPC of the others. */
  vpc?: false
  environment?: Record<string, string>
  reservedConcurrency?: number | null
  events: FunctionEvent[]
}

interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: string[]
  Resource: unknown
  Condition?: unknown
}

/** Lambda makes and removes the interfaces with the function's role; EC2 knows no narrower resource for these. */
const networkActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]
/** What an event source mapping needs in addition, to reach the brokers from the VPC. */
const pollerNetworkActions = ['ec2:DescribeVpcs', 'ec2:DescribeSecurityGroups']
/** X-Ray knows no narrower resource for these. */
const xrayActions = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']
const networkAccess = new Set(['vpcSubnet', 'vpcSecurityGroup'])

const allow = (Action: string[], Resource: unknown): Statement => ({ Effect: 'Allow', Action, Resource })
const regional = (service: string, rest: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
})

/** The CloudFormation resource. `secretKeyArn`: the key that the pollers' secret is encrypted with, when it is not AWS's own. */
export function roleOf({ name, events, vpc }: FunctionDefinition, secretKeyArn?: string, tracing?: 'xray') {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [
        {
          PolicyName: 'own',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              allow(['logs:CreateLogStream', 'logs:PutLogEvents'], regional('logs', `log-group:/aws/lambda/${name}:*`)),
              ...(vpc === false ? [] : [allow(networkActions, '*'), denyToCode(name)]),
              ...(tracing === 'xray' ? [allow(xrayActions, '*')] : []),
              ...events.flatMap(event => triggerStatements(event, secretKeyArn)),
            ].filter(unique),
          },
        },
      ],
    },
  }
}

/** The Lambda service makes interfaces with the function's role. The function's own code is denied this. */
function denyToCode(name: string): Statement {
  const Condition = { ArnEquals: { 'lambda:SourceFunctionArn': regional('lambda', `function:${name}`) } }
  return { Effect: 'Deny', Action: networkActions, Resource: '*', Condition }
}

function triggerStatements({ kafka, msk }: FunctionEvent, keyArn?: string): Statement[] {
  if (kafka) return [allow(pollerNetworkActions, '*'), ...readSecrets(secretsOf(kafka), keyArn)]
  if (!msk) return []
  const clusterActions = ['kafka:DescribeCluster', 'kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers']
  return [
    allow(pollerNetworkActions, '*'),
    allow(clusterActions, msk.arn),
    ...readSecrets(msk.saslScram512 === undefined ? [] : [msk.saslScram512], keyArn),
  ]
}

const secretsOf = ({ accessConfigurations }: KafkaEvent): string[] =>
  Object.entries(accessConfigurations).flatMap(([kind, values]) => (networkAccess.has(kind) ? [] : values))

function readSecrets(arns: string[], keyArn?: string): Statement[] {
  if (arns.length === 0) return []
  const read = allow(['secretsmanager:GetSecretValue'], arns)
  return keyArn === undefined ? [read] : [read, allow(['kms:Decrypt'], [keyArn])]
}

/** Two triggers on one cluster need the same. */
const unique = (statement: Statement, index: number, all: Statement[]) =>
  all.findIndex(other => JSON.stringify(other) === JSON.stringify(statement)) === index
