/** Reads which cluster a mapping reads from. */
import type { KafkaSource, LocalSettings } from '../source.ts'
import { deployedBrokersOf } from './brokers.ts'
import type { EventEntry } from './event-entries.ts'
import { CUSTOM_KEY } from './local-settings.ts'
import type { Mapping } from './mapping.ts'
import { isReference, type Setting } from './setting.ts'
import { hasParts, textOf } from './values.ts'

/** An event names brokers or the ARN of a cluster; where a cluster's brokers are here, only the local settings say. */
export function clusterOf(
  { kind }: EventEntry,
  mapping: Mapping,
  { brokers }: LocalSettings,
): Pick<KafkaSource, 'eventSource' | 'eventSourceArn' | 'brokers'> {
  const localKey = `custom.${CUSTOM_KEY}.bootstrapServers`
  if (kind === 'kafka') {
    const source = mapping.of('SelfManagedEventSource')
    const endpoints = source.part('Endpoints')
    if (hasParts(source, ['Endpoints'])) hasParts(endpoints, ['KafkaBootstrapServers'])
    const servers = endpoints.part('KafkaBootstrapServers')
    return { eventSource: 'SelfManagedKafka', brokers: deployedBrokersOf(servers, brokers, localKey) }
  }
  const arn = mapping.of('EventSourceArn')
  if (!arn.isGiven) arn.refuse('is missing')
  if (!brokers) arn.refuse(`does not say where the brokers are: set ${localKey}`)
  return { eventSource: 'aws:kafka', eventSourceArn: clusterArnOf(arn), brokers: brokers ?? [] }
}

/** A reference is known to CloudFormation only: the function gets an ARN that tells where it came from. */
function clusterArnOf(arn: Setting): string | undefined {
  if (!isReference(arn.value)) return textOf(arn)
  const name = JSON.stringify(arn.value)
    .replace(/[^\w-]+/g, '-')
    .replace(/^-|-$/g, '')
  return `arn:aws:kafka:local:000000000000:cluster/${name}/offline`
}
