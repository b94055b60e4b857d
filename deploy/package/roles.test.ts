/** What a function's role holds for each kind of trigger. */
import { describe, expect, test } from '@jest/globals'
import { type FunctionEvent, roleOf } from './roles.ts'

const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:kafka-AbCdEf'
const CLUSTER = 'arn:aws:kafka:eu-west-1:123456789012:cluster/pay/1'

const actionsOf = (events: FunctionEvent[]) =>
  roleOf({ name: 'pay-dev-work', events })
    .Properties.Policies[0]!.PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow')
    .map(({ Action, Resource }) => ({ actions: Action.map(action => action.split(':')[0]), Resource }))

const own = [
  {
    actions: ['logs', 'logs'],
    Resource: { 'Fn::Sub': expect.stringContaining(':log-group:/aws/lambda/pay-dev-work:*') },
  },
  { actions: ['ec2', 'ec2', 'ec2', 'ec2', 'ec2', 'ec2'], Resource: '*' },
]
const poller = { actions: ['ec2', 'ec2'], Resource: '*' }

describe('roleOf', () => {
  test('a function that is called, or runs by the clock, has its logs and its network', () => {
    expect(actionsOf([{ httpApi: 'GET /x' }, { schedule: 'rate(1 minute)' }])).toEqual(own)
  })

  test('a function outside the VPC has its logs alone', () => {
    const { Statement } = roleOf({ name: 'pay-dev-work', events: [{ httpApi: 'GET /x' }], vpc: false }).Properties
      .Policies[0]!.PolicyDocument

    expect(Statement.map(({ Action }) => Action)).toEqual([['logs:CreateLogStream', 'logs:PutLogEvents']])
  })

  test('a Kafka trigger adds what its pollers look up, and their secret', () => {
    const accessConfigurations = { vpcSubnet: ['subnet-1'], vpcSecurityGroup: ['sg-1'], saslScram512Auth: [SECRET] }

    expect(actionsOf([{ kafka: { accessConfigurations } }])).toEqual([
      ...own,
      poller,
      { actions: ['secretsmanager'], Resource: [SECRET] },
    ])
  })

  test('two triggers on one cluster add it once', () => {
    const kafka = { accessConfigurations: { vpcSubnet: ['subnet-1'], saslScram512Auth: [SECRET] } }

    expect(actionsOf([{ kafka }, { kafka }])).toEqual(actionsOf([{ kafka }]))
  })

  test('a trigger without a login reads no secret', () => {
    expect(actionsOf([{ kafka: { accessConfigurations: { vpcSubnet: ['subnet-1'] } } }])).toEqual([...own, poller])
    expect(actionsOf([{ msk: { arn: CLUSTER } }])).toEqual([
      ...own,
      poller,
      { actions: ['kafka', 'kafka', 'kafka'], Resource: CLUSTER },
    ])
  })

  test('X-Ray adds what its segments need', () => {
    const statements = roleOf({ name: 'pay-dev-work', events: [] }, undefined, 'xray').Properties.Policies[0]!
      .PolicyDocument.Statement
    expect(statements).toContainEqual({
      Effect: 'Allow',
      Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      Resource: '*',
    })
    expect(JSON.stringify(roleOf({ name: 'pay-dev-work', events: [] }))).not.toContain('xray')
  })

  test('a secret with a key of its own adds that key, and a function without a trigger does not get it', () => {
    const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b'
    const allowed = (events: FunctionEvent[]) =>
      roleOf({ name: 'pay-dev-work', events }, KEY).Properties.Policies[0]!.PolicyDocument.Statement

    expect(allowed([{ kafka: { accessConfigurations: { saslScram512Auth: [SECRET] } } }])).toContainEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: [KEY],
    })
    expect(JSON.stringify(allowed([{ httpApi: 'GET /x' }]))).not.toContain('kms')
  })

  test('an MSK trigger adds its own cluster and its secret', () => {
    expect(actionsOf([{ msk: { arn: CLUSTER, saslScram512: SECRET } }])).toEqual([
      ...own,
      poller,
      { actions: ['kafka', 'kafka', 'kafka'], Resource: CLUSTER },
      { actions: ['secretsmanager'], Resource: [SECRET] },
    ])
  })
})
