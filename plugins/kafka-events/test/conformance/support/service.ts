/** Writes the service of the live rows: a function, a topic and an event entry for each, as a user's `serverless.yml` has them. */
import { copyFileSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { propertiesOf } from '../../../src/settings/entry-properties.ts'
import { naming } from '../../../src/settings/framework.fixture.ts'
import type { AppName, Entry, LiveTest, Names, Trigger } from './row.ts'

/** Where the deployed function would find its brokers. */
const deployedBrokers = ['b-1.example:9092', 'b-2.example:9092']
export const CLUSTER_ARN =
  'arn:aws:kafka:us-east-1:123456789012:cluster/conformance/751d2973-a626-431c-9d4e-d7975eb44dd7-2'

const plugin = new URL('../../../src/plugin.ts', import.meta.url).href
const modules = fileURLToPath(new URL('../../../../../node_modules', import.meta.url))
const handlers = fileURLToPath(new URL('../app/handlers.mjs', import.meta.url))

export interface FunctionPart {
  functionKey: string
  trigger: Trigger
  names: Names
  handler?: string
  runtime?: string
  timeoutS?: number
}

/** The parts of a service that `readSettings` reads, too. */
export function serviceOf(parts: FunctionPart[], kafkaEvents: Entry) {
  return {
    service: 'conformance',
    frameworkVersion: '4',
    configValidationMode: 'error',
    provider: { name: 'aws', runtime: 'nodejs24.x', region: 'us-east-1' },
    plugins: ['serverless-offline', './plugin.mjs'],
    custom: { kafkaEvents },
    functions: Object.fromEntries(parts.map(part => [part.functionKey, functionOf(part)])),
    resources: {
      Resources: Object.fromEntries(parts.flatMap(resourceOf)),
      extensions: Object.fromEntries(parts.flatMap(extensionOf)),
    },
  }
}

function functionOf({ functionKey, handler = 'handlers.succeed', runtime, timeoutS = 20, ...part }: FunctionPart) {
  return {
    name: functionKey,
    handler,
    runtime,
    timeout: timeoutS,
    events: part.trigger.isWrittenOut ? [] : [eventOf(part)],
  }
}

/** The mapping that the framework would make of the event. */
function resourceOf({ functionKey, trigger, names }: FunctionPart) {
  if (!trigger.isWrittenOut) return []
  const kind = trigger.event ?? 'kafka'
  const entry = eventOf({ trigger, names })[kind] as Entry
  const FunctionName = { 'Fn::GetAtt': [naming.getLambdaLogicalId(functionKey), 'Arn'] }
  const Properties = { FunctionName, ...propertiesOf({ functionKey, kind, entry }) }
  return [[writtenIdOf(functionKey), { Type: 'AWS::Lambda::EventSourceMapping', Properties }] as const]
}

function eventOf({ trigger, names }: Pick<FunctionPart, 'trigger' | 'names'>): Entry {
  const { event = 'kafka', settings = {} } = trigger
  const given = entryOf(settings, names)
  const shared = { topic: names.topic, consumerGroupId: names.groupId }
  const accessConfigurations = { vpcSubnet: ['subnet-0'], vpcSecurityGroup: ['sg-0'] }
  if (event === 'msk') return { msk: { arn: CLUSTER_ARN, ...shared, ...given } }
  return { kafka: { accessConfigurations, bootstrapServers: deployedBrokers, ...shared, ...given } }
}

function extensionOf({ functionKey, trigger: { event = 'kafka', isWrittenOut, extension }, names }: FunctionPart) {
  if (!extension) return []
  const logicalId = isWrittenOut ? writtenIdOf(functionKey) : logicalIdOf(functionKey, event, names.topic)
  return [[logicalId, { Properties: entryOf(extension, names) }] as const]
}

const entryOf = (entry: Entry | ((names: Names) => Entry), names: Names): Entry =>
  typeof entry === 'function' ? entry(names) : entry

const writtenIdOf = (functionKey: string): string => `${naming.getLambdaLogicalId(functionKey)}Mapping`

/** The name that the framework gives the mapping in its template. */
function logicalIdOf(functionKey: string, event: 'kafka' | 'msk', topic: string): string {
  if (event === 'kafka') return naming.getKafkaEventLogicalId(functionKey, topic)
  return naming.getMSKEventLogicalId(functionKey, 'conformance', topic)
}

/** What each of the processes does differently. */
const apps: Record<AppName, { offline: Entry; kafkaEvents: Entry }> = {
  main: { offline: { useInProcess: true }, kafkaEvents: {} },
  packed: { offline: { useInProcess: true }, kafkaEvents: { partitionsPerEventMax: 10 } },
  threads: { offline: { useInProcess: false }, kafkaEvents: { discardWithoutDestination: true } },
}

export interface LiveFunction {
  test: LiveTest
  names: Names
}

/** A folder to run `serverless offline start` in. */
export function writeService(app: AppName, functions: LiveFunction[], brokers: string): string {
  const folder = mkdtempSync(join(tmpdir(), `kafka-events-${app}-`))
  const parts = functions.map(({ test, names }) => ({
    functionKey: test.id,
    trigger: test,
    names,
    handler: `handlers.${test.behaviour}`,
    runtime: test.runtime,
    timeoutS: test.timeoutS,
  }))
  const service = serviceOf(parts, {
    bootstrapServers: brokers,
    sessionTimeoutMs: 6000,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the framework fills it in.
    statusPort: '${env:FIXTURE_STATUS_PORT}',
    ...apps[app].kafkaEvents,
  })
  const offline = {
    host: '127.0.0.1',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the framework fills it in.
    httpPort: '${env:FIXTURE_HTTP_PORT}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the framework fills it in.
    lambdaPort: '${env:FIXTURE_LAMBDA_PORT}',
    ...apps[app].offline,
  }
  // Every JSON is YAML.
  const text = JSON.stringify({ ...service, custom: { ...service.custom, 'serverless-offline': offline } }, null, 2)
  writeFileSync(join(folder, 'serverless.yml'), text)
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}\n')
  copyFileSync(handlers, join(folder, 'handlers.mjs'))
  symlinkSync(modules, join(folder, 'node_modules'))
  writeFileSync(join(folder, 'plugin.mjs'), `export { default } from '${plugin}'\n`)
  return folder
}
