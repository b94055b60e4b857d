/** What `serverless package` made, read from its CloudFormation template: functions with their zips, routes and Kafka triggers. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { FunctionSettings } from './execution-environment.ts'

export interface PackagedFunction {
  /** As in serverless.yml. */
  key: string
  settings: FunctionSettings
  zipFile: string
}

export interface PackagedRoute {
  /** `POST /payments/capture/{paymentId}`, or `$default`. */
  routeKey: string
  functionKey: string
}

export interface PackagedTrigger {
  functionKey: string
  topic: string
  groupId: string
  batchSize: number
}

export interface PackagedService {
  functions: PackagedFunction[]
  routes: PackagedRoute[]
  triggers: PackagedTrigger[]
}

/** Values for this machine, in place of those that lead to AWS. */
export type Replacements = Record<string, string>

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's own shapes; what is missing fails where it is used.
type Properties = Record<string, any>

interface Resource {
  Type: string
  Properties: Properties
}

/** Throws when a variable of a function has no value here: one that CloudFormation would put in, and that is not replaced. */
export function readPackage(folder: string, replacements: Replacements): PackagedService {
  const template = join(folder, 'cloudformation-template-update-stack.json')
  const resources: Record<string, Resource> = JSON.parse(readFileSync(template, 'utf8')).Resources
  const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type)
  const integrations = new Map(ofType('AWS::ApiGatewayV2::Integration').map(([id, { Properties }]) => [id, Properties]))
  const keys = new Map<string, string>()
  const functions = ofType('AWS::Lambda::Function').map(([id, { Properties }]) => {
    const zip = basename(Properties.Code.S3Key)
    const key = basename(zip, '.zip')
    keys.set(id, key)
    return { key, settings: settingsOf(Properties, replacements), zipFile: join(folder, zip) }
  })
  const keyOf = (arn: Properties): string => keys.get(arn['Fn::GetAtt'][0])!
  return {
    functions,
    routes: ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => ({
      routeKey: Properties.RouteKey,
      functionKey: keyOf(integrations.get(Properties.Target['Fn::Join'][1][1].Ref)!.IntegrationUri),
    })),
    triggers: ofType('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => triggerOf(Properties, keyOf)),
  }
}

function settingsOf(properties: Properties, replacements: Replacements): FunctionSettings {
  const given: Record<string, unknown> = properties.Environment?.Variables ?? {}
  const variables = Object.entries(given).map(([name, value]) => [name, replacements[name] ?? value])
  for (const [name, value] of variables) {
    if (typeof value !== 'string' || value.includes('{{resolve:'))
      throw new Error(`${properties.FunctionName}: ${name} has no value on this machine: ${JSON.stringify(value)}`)
  }
  return {
    name: properties.FunctionName,
    handler: properties.Handler,
    timeoutMs: properties.Timeout * 1_000,
    memoryMb: properties.MemorySize,
    environment: Object.fromEntries(variables),
  }
}

function triggerOf(properties: Properties, keyOf: (arn: Properties) => string): PackagedTrigger {
  return {
    functionKey: keyOf(properties.FunctionName),
    topic: properties.Topics[0],
    groupId: properties.SelfManagedKafkaEventSourceConfig.ConsumerGroupId,
    batchSize: properties.BatchSize,
  }
}
