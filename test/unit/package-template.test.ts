/** What would be deployed: read from the CloudFormation template that serverless compiles for `prod`. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import { businessAlarms } from '../../deploy/package/alarms.ts'
import { contractOf } from '../../shared/contracts/api.ts'
import { routeNames } from '../../shared/contracts/routes.ts'
import { topicDefinitions } from '../../shared/contracts/topics.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import {
  compileTemplate,
  parameterArgs,
  parameters,
  type Resource,
  type Template,
} from '../support/compiled-template.ts'

// serverless itself, in a process of its own.
jest.setTimeout(120_000)

interface Statement {
  Effect: string
  Action: string[]
  Resource: unknown
  Condition?: unknown
}

const described: { functions: Record<string, { events: { httpApi?: string; kafka?: { topic: string } }[] }> } = parse(
  readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8'),
  { merge: true },
)
const OPEN_ROUTE = 'GET /health/live'
/** The console is deployed only where somebody is named who signs operators in. */
const CONSOLE_FUNCTIONS = Object.keys(described.functions).filter(name =>
  described.functions[name]!.events.some(({ httpApi }) => httpApi?.includes(' /operator/')),
)
const OFFLINE_FUNCTIONS = ['metrics', 'sandboxClock', ...CONSOLE_FUNCTIONS]
/** EC2 has no narrower resource for these. */
const networkAction = /^ec2:(Create|Delete)NetworkInterface$|^ec2:Describe\w+$|^ec2:(Una|A)ssignPrivateIpAddresses$/
const deployed = Object.keys(described.functions).filter(name => !OFFLINE_FUNCTIONS.includes(name))
const triggered = deployed.filter(name => described.functions[name]!.events.some(event => event.kafka))
/** It asks nobody, and anyone may call it. */
const outsideVpc = ['getLiveness']
const insideVpc = deployed.filter(name => !outsideVpc.includes(name))
const served = deployed.filter(name => described.functions[name]!.events.some(event => event.httpApi))

const alarmTopicArn = 'arn:aws:sns:ap-northeast-2:123456789012:on-call'

let template: Template
beforeAll(async () => {
  template = await compileTemplate(['--stage', 'prod', ...parameterArgs({ ...parameters, alarmTopicArn })])
})

const logicalId = (name: string): string => name[0]!.toUpperCase() + name.slice(1)
const all = (type: string): Resource[] => Object.values(template.Resources).filter(it => it.Type === type)
const lambda = (name: string): Resource['Properties'] =>
  template.Resources[`${logicalId(name)}LambdaFunction`]!.Properties
const environment = (name: string): Record<string, string> => lambda(name).Environment.Variables
const statements = (name: string): Statement[] =>
  template.Resources[`${logicalId(name)}Role`]!.Properties.Policies.flatMap(
    (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
  )

const secrets: Record<string, string> = {
  KAFKA_SASL_LOGIN: '{"username":"pay","password":"p"}',
  SERVICE_URLS: '{"DATABASE_URL":"mysql://pay:p@db/x","REDIS_URL":"rediss://redis/0"}',
}
/** As CloudFormation puts the values of whole secrets there: the JSON that docs/deploy.md wants them to be. */
const resolved = (env: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, secrets[name] ?? value]))

describe('the routes', () => {
  test('are those of serverless.yml without those of this machine', () => {
    const written = deployed.flatMap(name => described.functions[name]!.events.flatMap(event => event.httpApi ?? []))
    const keys = all('AWS::ApiGatewayV2::Route').map(route => route.Properties.RouteKey)

    expect(keys.sort()).toEqual(written.map(route => (route === '*' ? '$default' : route)).sort())
    for (const route of ['GET /metrics', 'POST /sandbox/clock']) expect(keys).not.toContain(route)
    expect(keys.filter(key => key.includes('/operator'))).toEqual([])
    expect(all('AWS::ApiGatewayV2::Authorizer')).toEqual([])
  })

  test('ask for IAM, all but one', () => {
    const open = all('AWS::ApiGatewayV2::Route').filter(route => route.Properties.AuthorizationType !== 'AWS_IAM')

    expect(open.map(route => route.Properties.RouteKey)).toEqual([OPEN_ROUTE])
  })

  test('are the only way in from outside', () => {
    expect(all('AWS::Lambda::Url')).toEqual([])
    expect(all('AWS::ApiGatewayV2::Api')).toHaveLength(1)
  })
})

describe('the throttles', () => {
  const stage = () => all('AWS::ApiGatewayV2::Stage')[0]!
  const routesOf = (routeClass: 'mutations' | 'reads') =>
    // Nobody is named who signs operators in, so that there is no console.
    routeNames
      .map(contractOf)
      .filter(contract => contract.routeClass === routeClass && contract.operator === undefined)
      .map(({ route }) => route)

  test('bound every route: the stage says the least, and each mutation and each open route its own', () => {
    const { DefaultRouteSettings, RouteSettings } = stage().Properties

    for (const settings of [DefaultRouteSettings, ...Object.values(RouteSettings)])
      expect(settings).toEqual({
        ThrottlingRateLimit: expect.any(Number),
        ThrottlingBurstLimit: expect.any(Number),
        DetailedMetricsEnabled: false,
      })
    expect(Object.keys(RouteSettings).sort()).toEqual([...routesOf('mutations'), OPEN_ROUTE].sort())
    for (const route of routesOf('reads')) expect(RouteSettings).not.toHaveProperty([route])
  })

  // API Gateway refuses settings of a route that is not there, and CloudFormation does not see that they name one.
  test('are set when the routes that they name are there', () => {
    const waitsFor = [stage().DependsOn].flat().map(id => template.Resources[id!]?.Properties.RouteKey)

    expect(waitsFor).toEqual(expect.arrayContaining(Object.keys(stage().Properties.RouteSettings)))
  })

  test('let a caller have what the rate limits allow', () => {
    const { rateLimits } = configFrom(resolved(environment('authorize')))
    const { DefaultRouteSettings, RouteSettings } = stage().Properties
    const mutation = RouteSettings['POST /payments/authorize']

    expect(rateLimits.mutations.caller.perSecond).toBeLessThanOrEqual(mutation.ThrottlingRateLimit)
    expect(rateLimits.reads.caller.perSecond).toBeLessThanOrEqual(DefaultRouteSettings.ThrottlingRateLimit)
    expect(mutation.ThrottlingBurstLimit).toBeLessThanOrEqual(lambda('authorize').ReservedConcurrentExecutions)
  })
})

describe('the access log', () => {
  const format = () => all('AWS::ApiGatewayV2::Stage')[0]!.Properties.AccessLogSettings.Format as string

  test('is one line of JSON that says who asked for what, and what came of it', () => {
    expect(format()).not.toContain('\n')
    expect(Object.values(JSON.parse(format()))).toEqual(
      expect.arrayContaining([
        '$context.requestId',
        '$context.identity.sourceIp',
        '$context.identity.userArn',
        '$context.routeKey',
        '$context.status',
        '$context.responseLatency',
        '$context.authorizer.error',
        '$context.integrationErrorMessage',
      ]),
    )
  })

  test('holds nothing that a caller writes', () => {
    expect(format()).not.toMatch(/\$context\.(path|domainName|identity\.userAgent|authorizer\.claims)/)
  })
})

describe('the functions', () => {
  test('are those of serverless.yml without those of this machine', () => {
    const names = all('AWS::Lambda::Function').map(it => it.Properties.FunctionName)

    expect(names.sort()).toEqual(deployed.map(name => `payment-backend-prod-${name}`).sort())
  })

  test('stand in the VPC, but the one that anyone may call', () => {
    for (const name of outsideVpc) expect([name, lambda(name).VpcConfig]).toEqual([name, undefined])
    for (const name of insideVpc)
      expect([name, lambda(name).VpcConfig]).toEqual([
        name,
        { SubnetIds: parameters.subnetIds.split(','), SecurityGroupIds: [parameters.securityGroupIds] },
      ])
  })

  test('keep their logs for a time, each in a group of its own', () => {
    for (const name of deployed)
      expect(template.Resources[`${logicalId(name)}LogGroup`]).toMatchObject({
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: `/aws/lambda/payment-backend-prod-${name}`, RetentionInDays: 90 },
      })
    for (const group of all('AWS::Logs::LogGroup')) expect(group.Properties.RetentionInDays).toBe(90)
  })

  test('end in order: the acquirer, the handler, the lease; and before the gateway gives up', () => {
    for (const name of served) {
      const { ACQUIRER_TIMEOUT_MS, LEASE_MS } = environment(name)
      const timeoutMs = lambda(name).Timeout * 1_000

      expect(Number(ACQUIRER_TIMEOUT_MS)).toBeLessThan(timeoutMs)
      expect(timeoutMs).toBeLessThan(Number(LEASE_MS))
      expect(timeoutMs).toBeLessThan(30_000)
    }
  })
})

describe('the environment', () => {
  test('is one that the functions accept, and names nothing of this machine', () => {
    for (const name of deployed) {
      const env = environment(name)

      expect([name, configFrom(resolved(env)).offline]).toEqual([name, false])
      expect(JSON.stringify(env)).not.toMatch(/127\.0\.0\.1|localhost/)
    }
  })

  test('holds the secrets of the services that a function asks, as references', () => {
    const holding = (variable: string) => deployed.filter(name => variable in environment(name)).sort()
    const payments = ['authorize', 'capture', 'refund', 'void', 'getReadiness']
    const reads = [
      'getPayment',
      'getOperations',
      'listPayments',
      'getIdempotency',
      'listAccounts',
      'getAccount',
      'listSettlements',
      'getSettlement',
      'listSettlementItems',
      'listPayouts',
      'listDisputes',
      'getDispute',
      'listReconFiles',
      'getReconFile',
      'listBreaks',
      'getBreak',
      'getInvariants',
    ]
    const workers = [
      'relayOutbox',
      'recordLedger',
      'expectSettlement',
      'sweepOutbox',
      'resolveUnknown',
      'expireAuthorizations',
      'observeState',
    ]
    const asksNoService = ['getLiveness', 'openapi', 'docs', 'notFound']

    const withRedis = [...payments, ...reads, 'sweepOutbox']
    const withDatabase = deployed.filter(name => !asksNoService.includes(name) && !withRedis.includes(name))
    expect(holding('SERVICE_URLS')).toEqual(withRedis.sort())
    expect(holding('REDIS_URL')).toEqual([])
    expect(holding('KAFKA_SASL_LOGIN')).toEqual([...payments, ...workers].sort())
    expect(holding('DATABASE_URL')).toEqual(withDatabase.sort())
    for (const name of deployed)
      for (const variable of ['DATABASE_URL', 'SERVICE_URLS', 'KAFKA_SASL_LOGIN'])
        expect(environment(name)[variable] ?? '{{resolve:secretsmanager:').toMatch(/^\{\{resolve:secretsmanager:/)
  })

  test('bounds the heap of those who read and match files, whose memory is measured so, and of nobody else', () => {
    const bounded = deployed.filter(name => 'NODE_OPTIONS' in environment(name)).sort()

    expect(bounded).toEqual(['importFiles', 'matchFiles'])
    for (const name of bounded)
      expect(environment(name).NODE_OPTIONS).toMatch(/^--max-semi-space-size=\d+ --max-old-space-size=\d+$/)
  })

  // A template with more is refused, but only when it is deployed.
  test('stays within the 60 references that CloudFormation allows in a template', () => {
    const references = JSON.stringify(template).match(/\{\{resolve:/g) ?? []

    expect(references.length).toBeGreaterThan(0)
    expect(references.length).toBeLessThanOrEqual(60)
  })
})

describe('the instances', () => {
  const asking = () =>
    deployed.filter(name => 'DATABASE_URL' in environment(name) || 'SERVICE_URLS' in environment(name))

  test('of every function that opens connections are bounded, as those of what anyone may call', () => {
    for (const name of [...asking(), ...outsideVpc])
      expect([name, lambda(name).ReservedConcurrentExecutions]).toEqual([name, expect.any(Number)])
  })

  // More than it has partitions stand idle; fewer leave some waiting.
  test('of a consumer are as many as its triggers have partitions', () => {
    for (const name of triggered) {
      const topics = described.functions[name]!.events.map(({ kafka }) => kafka!.topic)
      const partitions = topicDefinitions.filter(topic => topics.includes(topic.name)).map(topic => topic.partitions)
      expect([name, lambda(name).ReservedConcurrentExecutions]).toEqual([
        name,
        partitions.reduce((sum, it) => sum + it),
      ])
    }
  })
})

describe('the alarms', () => {
  const alarms = () => all('AWS::CloudWatch::Alarm')
  const watching = (metric: string) =>
    alarms().flatMap(({ Properties }) => (Properties.MetricName === metric ? [Properties.Dimensions[0].Value] : []))

  test.each(['Errors', 'Throttles'])('watch the %s of every function', metric => {
    expect(watching(metric).sort()).toEqual(deployed.map(name => `payment-backend-prod-${name}`).sort())
  })

  test('watch how far each consumer is behind', () => {
    const queries = JSON.stringify(alarms())

    for (const name of triggered)
      expect(queries).toContain(
        `SELECT MAX(OffsetLag) FROM \\"AWS/Lambda\\" WHERE FunctionName = 'payment-backend-prod-${name}'`,
      )
  })

  test('watch the figures of the business where the functions print them', () => {
    const { METRICS_FORMAT, METRICS_NAMESPACE } = environment('authorize')
    const queries = alarms()
      .flatMap(({ Properties }) => Properties.Metrics ?? [])
      .map(({ Expression }) => Expression)

    expect(METRICS_FORMAT).toBe('emf')
    for (const { metric, statistic } of businessAlarms)
      expect(queries).toContain(`SELECT ${statistic}(${metric}) FROM "${METRICS_NAMESPACE}"`)
  })

  test('tell the topic that was given', () => {
    for (const { Properties } of alarms()) expect(Properties.AlarmActions).toEqual([alarmTopicArn])
  })
})

describe('the tags', () => {
  test('say the service and the stage of each function and of the API', () => {
    const tags = { service: 'payment-backend', stage: 'prod' }
    const asList = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

    for (const name of deployed) expect([name, lambda(name).Tags]).toEqual([name, asList])
    for (const type of ['AWS::ApiGatewayV2::Api', 'AWS::ApiGatewayV2::Stage'])
      for (const { Properties } of all(type)) expect(Properties.Tags).toEqual(tags)
  })
})

describe('the roles', () => {
  test('are one a function', () => {
    for (const name of deployed)
      expect([name, lambda(name).Role]).toEqual([name, { 'Fn::GetAtt': [`${logicalId(name)}Role`, 'Arn'] }])
    expect(all('AWS::IAM::Role')).toHaveLength(deployed.length)
    for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) expect(all(type)).toEqual([])
  })

  test('are for Lambda only, and have nothing but the policy that is written here', () => {
    for (const { Properties } of all('AWS::IAM::Role')) {
      expect(Object.keys(Properties).sort()).toEqual(['AssumeRolePolicyDocument', 'Policies'])
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ])
    }
  })

  test('allow no action by a wildcard, and every resource only where EC2 has none', () => {
    for (const name of deployed)
      for (const { Effect, Action, Resource } of statements(name)) {
        for (const action of Action)
          expect([name, action]).toEqual([name, expect.stringMatching(/^[a-z0-9]+:[A-Za-z]+$/)])
        if (Effect === 'Allow' && Resource === '*')
          for (const action of Action) expect([name, action]).toEqual([name, expect.stringMatching(networkAction)])
      }
  })

  test("write to the function's own logs and name no other function", () => {
    for (const name of deployed) {
      const text = JSON.stringify(statements(name))
      const named = [...text.matchAll(/payment-backend-prod-(\w+)/g)].map(match => match[1])

      expect(new Set(named)).toEqual(new Set([name]))
      expect(text).toContain(`log-group:/aws/lambda/payment-backend-prod-${name}:*"`)
    }
  })

  test("read one secret, and only where Kafka's pollers log in with it", () => {
    for (const name of deployed) {
      const reading = statements(name).filter(({ Action }) =>
        Action.some(action => /^(secretsmanager|kms|ssm):/.test(action)),
      )

      expect([name, reading]).toEqual([
        name,
        triggered.includes(name)
          ? [{ Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: [parameters.kafkaSecretArn] }]
          : [],
      ])
    }
  })

  test("keep the network interfaces from the function's own code", () => {
    for (const name of outsideVpc) expect(JSON.stringify(statements(name))).not.toContain('ec2:')
    for (const name of insideVpc) {
      const denied = statements(name).filter(({ Effect }) => Effect === 'Deny')

      expect(denied).toHaveLength(1)
      expect(JSON.stringify(denied[0]!.Condition)).toContain(`function:payment-backend-prod-${name}"`)
    }
  })
})

describe('the Kafka triggers', () => {
  const mappings = () => all('AWS::Lambda::EventSourceMapping')

  test('are those of serverless.yml', () => {
    const written = triggered.flatMap(name =>
      described.functions[name]!.events.flatMap(({ kafka }) => (kafka ? [`${name} ${kafka.topic}`] : [])),
    )
    const compiled = mappings().map(({ Properties }) => {
      const [id] = Properties.FunctionName['Fn::GetAtt'] as [string]
      return `${id[0]!.toLowerCase()}${id.slice(1).replace('LambdaFunction', '')} ${Properties.Topics}`
    })

    expect(compiled.sort()).toEqual(written.sort())
  })

  // The consumers dead-letter what can never be done; AWS must not give up on the rest.
  test('deliver a batch until it is done, drop nothing, split nothing, and wait for no more records', () => {
    for (const { Properties } of mappings()) {
      expect(Properties).toMatchObject({
        MaximumRetryAttempts: -1,
        MaximumRecordAgeInSeconds: -1,
        BisectBatchOnFunctionError: false,
        MaximumBatchingWindowInSeconds: 0,
        ProvisionedPollerConfig: { MinimumPollers: expect.any(Number) },
        StartingPosition: 'TRIM_HORIZON',
      })
      for (const dropping of ['DestinationConfig', 'FunctionResponseTypes', 'FilterCriteria'])
        expect(Properties).not.toHaveProperty(dropping)
    }
  })

  test('reach the brokers that were given, from the VPC, with the secret that was given', () => {
    const { subnetIds, securityGroupIds, kafkaBrokers, kafkaSecretArn } = parameters
    for (const { Properties } of mappings()) {
      expect(Properties.SelfManagedEventSource.Endpoints.KafkaBootstrapServers).toEqual(kafkaBrokers.split(','))
      expect(Properties.SourceAccessConfigurations).toEqual([
        ...subnetIds.split(',').map(id => ({ Type: 'VPC_SUBNET', URI: `subnet:${id}` })),
        { Type: 'VPC_SECURITY_GROUP', URI: `security_group:${securityGroupIds}` },
        { Type: 'SASL_SCRAM_512_AUTH', URI: kafkaSecretArn },
      ])
    }
  })
})

describe('the schedules', () => {
  test.each([
    'sweepOutbox',
    'resolveUnknown',
    'archiveOutbox',
    'pruneAnswers',
    'snapshotBalances',
    'checkInvariants',
    'observeState',
  ])('%s runs each minute, one at a time, and is not repeated', name => {
    expect(lambda(name).ReservedConcurrentExecutions).toBe(1)
    expect(template.Resources[`${logicalId(name)}LambdaEvConf`]?.Properties).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    })
    expect(template.Resources[`${logicalId(name)}EventsRuleSchedule1`]?.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
    })
  })
})
