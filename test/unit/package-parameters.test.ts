/** What a stage must be told, and what is said when it is not. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import { runServerless } from '../../deploy/package/package-service.ts'
import { projectRoot } from '../../scripts/local/paths.ts'
import { compileTemplate, parameterArgs, parameters } from '../support/compiled-template.ts'

// serverless itself, in processes of its own.
jest.setTimeout(120_000)

type ResolveVariable = (variable: string) => Promise<unknown>
type Given = Record<string, string>

const resolveParameters: (tools: {
  options: { stage?: string }
  resolveVariable: ResolveVariable
}) => Promise<unknown> = createRequire(import.meta.url)('../../deploy/stages/parameters.cjs')

/** As serverless resolves `param:` and `file():`. */
const resolverOf =
  (given: Given): ResolveVariable =>
  async variable => {
    const [, name] = /^param:(\w+), null$/.exec(variable) ?? []
    if (name) return given[name] ?? null
    const [, file, block, key] = /^file\((.+)\):(\w+)\.(\w+), null$/.exec(variable) ?? []
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    return parse(text)[block!]?.[key!] ?? null
  }

const resolve = (stage: string | undefined, given: Given) =>
  resolveParameters({ options: { stage }, resolveVariable: resolverOf(given) })

/** The lines about single parameters. */
const problemsOf = async (given: Given): Promise<string[]> => {
  const error = await resolve('prod', given).catch((error: Error) => error)
  return (error as Error).message.split('\n').slice(1)
}

describe('the parameters of prod', () => {
  test('are taken when all are given, lists from commas', async () => {
    const { kafkaBrokers, kafkaSecretArn, servicesSecretArn, acquirerUrl, bankUrl } = parameters

    expect(await resolve('prod', parameters)).toEqual({
      subnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0a1b2c3d4e5f60719'],
      securityGroupIds: ['sg-0a1b2c3d4e5f60718'],
      kafkaBrokers: ['kafka-1.example.com:9096', 'kafka-2.example.com:9096'],
      kafkaBrokersText: kafkaBrokers,
      kafkaSecretArn,
      servicesSecretArn,
      acquirerUrl,
      bankUrl,
      standIns: [],
    })
  })

  test('may name the key of the Kafka secret', async () => {
    const kafkaSecretKeyArn = 'arn:aws:kms:ap-northeast-2:123456789012:key/0a1b2c3d-1111-2222-3333-444455556666'

    expect(await resolve('prod', { ...parameters, kafkaSecretKeyArn })).toMatchObject({ kafkaSecretKeyArn })
    expect(await problemsOf({ ...parameters, kafkaSecretKeyArn: 'alias/kafka' })).toHaveLength(1)
  })

  test('may say where traces go, and ask for X-Ray', async () => {
    const tracing = { otlpEndpoint: 'https://collector.example', tracing: 'xray' }

    expect(await resolve('prod', { ...parameters, ...tracing })).toMatchObject(tracing)
    expect(await problemsOf({ ...parameters, otlpEndpoint: 'collector:4318', tracing: 'on' })).toHaveLength(2)
  })

  test('may name the topic that alarms are told to', async () => {
    const alarmTopicArn = 'arn:aws:sns:ap-northeast-2:123456789012:on-call'

    expect(await resolve('prod', { ...parameters, alarmTopicArn })).toMatchObject({ alarmTopicArn })
    expect(await problemsOf({ ...parameters, alarmTopicArn: 'on-call' })).toHaveLength(1)
  })

  test('may name who signs operators in: issuer, audience and the claim of the role together', async () => {
    const operators = {
      operatorJwtIssuer: 'https://issuer.example/pool',
      operatorJwtAudience: 'console,other',
      operatorRoleClaim: 'custom:role',
    }

    expect(await resolve('prod', { ...parameters, ...operators })).toMatchObject({
      ...operators,
      operatorJwtAudience: ['console', 'other'],
    })
    expect(await problemsOf({ ...parameters, ...operators, operatorJwtIssuer: 'http://issuer.example' })).toHaveLength(
      1,
    )
    for (const name of Object.keys(operators)) {
      const others = Object.fromEntries(Object.entries(operators).filter(([other]) => other !== name))
      expect(await problemsOf({ ...parameters, ...others })).toEqual([expect.stringContaining(`${name} is missing`)])
    }
    expect(await problemsOf({ ...parameters, operatorNameClaim: 'email' })).toHaveLength(3)
  })

  test('are all named when all are missing', async () => {
    const problems = await problemsOf({})

    expect(problems).toHaveLength(Object.keys(parameters).length)
    for (const [index, name] of Object.keys(parameters).entries())
      expect(problems[index]).toContain(`${name} is missing (--param ${name}=`)
  })

  test.each(Object.keys(parameters))('%s is the only one named when it alone is missing', async name => {
    const others = Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== name))

    expect(await problemsOf(others)).toEqual([expect.stringContaining(`${name} is missing`)])
  })

  test.each([
    ['subnetIds', 'subnet-0a1b2c3d4e5f60718,vpc-1', 'vpc-1'],
    ['subnetIds', 'subnet-0a1b2c3d4e5f60718,', ''],
    ['securityGroupIds', 'sg-XYZ', 'sg-XYZ'],
    ['kafkaBrokers', 'kafka-1.example.com', 'kafka-1.example.com'],
    ['acquirerUrl', 'acquirer.internal:8085', 'acquirer.internal:8085'],
    ['bankUrl', 'in-process:', 'in-process:'],
    ['kafkaSecretArn', 'payment-backend/prod/kafka', 'payment-backend/prod/kafka'],
    [
      'servicesSecretArn',
      'arn:aws:ssm:eu-west-1:123456789012:parameter/x',
      'arn:aws:ssm:eu-west-1:123456789012:parameter/x',
    ],
  ])('%s=%s is refused', async (name, value, wrong) => {
    expect(await problemsOf({ ...parameters, [name]: value })).toEqual([
      expect.stringContaining(`${name}: "${wrong}" is not of the form`),
    ])
  })
})

describe('a stage', () => {
  test.each(['nowhere', 'local', 'aws'])('%s is none that AWS has', async stage => {
    await expect(resolve(stage, parameters)).rejects.toThrow(`there is no AWS stage "${stage}"`)
  })

  test('dev has stand-ins for what was not given, and says for which', async () => {
    expect(await resolve(undefined, {})).toMatchObject({ standIns: Object.keys(parameters) })
    expect(await resolve('dev', { subnetIds: 'subnet-0a1b2c3d' })).toMatchObject({
      subnetIds: ['subnet-0a1b2c3d'],
      standIns: Object.keys(parameters).filter(name => name !== 'subnetIds'),
    })
  })

  test('dev packages with nothing given, and without what costs by the hour', async () => {
    const { Resources } = await compileTemplate([])
    const mapping = Resources.RelayOutboxEventSourceMappingKafkaOutboxready!.Properties

    expect(mapping).not.toHaveProperty('ProvisionedPollerConfig')
    expect(mapping).not.toHaveProperty('DestinationConfig')
    expect(mapping.MaximumBatchingWindowInSeconds).toBe(0)
    for (const { Type, Properties } of Object.values(Resources)) {
      expect(Type).not.toBe('AWS::CloudWatch::Alarm')
      if (Type === 'AWS::Lambda::Function') expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions')
    }
  })

  // Nothing is asked of AWS before this is said.
  test('dev does not deploy with a stand-in', async () => {
    const { kafkaSecretArn: _, ...others } = parameters

    await expect(runServerless(projectRoot, ['deploy', ...parameterArgs(others)])).rejects.toThrow(
      'stand-ins cannot be deployed; give kafkaSecretArn (--param name=value',
    )
  })

  test('prod does not package without its parameters', async () => {
    await expect(compileTemplate(['--stage', 'prod'])).rejects.toThrow('subnetIds is missing (--param subnetIds=')
  })
})
