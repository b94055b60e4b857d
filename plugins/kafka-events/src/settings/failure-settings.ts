/** Reads what AWS does with records that a function cannot handle. */
import type { KafkaSource, LocalSettings } from '../source.ts'
import type { Mapping } from './mapping.ts'
import { isReference, type Setting } from './setting.ts'
import { flagOf, hasParts, listOf, oneOf, textOf, wholeNumberOf } from './values.ts'

type FailureSettings = Pick<
  KafkaSource,
  | 'retryAttemptsMax'
  | 'recordAgeMaxMs'
  | 'bisectOnError'
  | 'reportsItemFailures'
  | 'onFailureTopic'
  | 'discardsWithoutDestination'
>

/** With a destination AWS gives up after so many retries when it is told no number. */
const RETRIES_WITH_DESTINATION = 10

const onlyProvisioned = [
  'BisectBatchOnFunctionError',
  'FunctionResponseTypes',
  'LoggingConfig',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
] as const
const otherDestinations = /^arn:aws[a-z-]*:(sqs|sns|s3):/

export function readFailureSettings(
  mapping: Mapping,
  topic: string,
  { discardWithoutDestination }: Pick<LocalSettings, 'discardWithoutDestination'>,
  warn: (warning: string) => void,
): FailureSettings {
  const retries = wholeNumberOf(mapping.of('MaximumRetryAttempts'), { min: 0, max: 10_000, orInfinite: true })
  const ageS = wholeNumberOf(mapping.of('MaximumRecordAgeInSeconds'), { min: 60, max: 604_800, orInfinite: true })
  const destination = destinationOf(mapping.of('DestinationConfig'))
  const onFailureTopic = destination && onFailureTopicOf(destination, mapping, topic, warn)
  checkProvisioned(mapping)
  return {
    retryAttemptsMax: finite(retries) ?? (onFailureTopic ? RETRIES_WITH_DESTINATION : Number.POSITIVE_INFINITY),
    recordAgeMaxMs: (ageS ?? Number.POSITIVE_INFINITY) * 1000,
    bisectOnError: flagOf(mapping.of('BisectBatchOnFunctionError')) ?? false,
    reportsItemFailures: reportsItemFailures(mapping.of('FunctionResponseTypes')),
    onFailureTopic,
    // What has another destination on AWS is not lost there, and so it is not lost here.
    discardsWithoutDestination: discardWithoutDestination && !destination,
  }
}

const finite = (count: number | undefined): number | undefined => (Number.isFinite(count) ? count : undefined)

function reportsItemFailures(types: Setting): boolean {
  const known = listOf(types).map(type => oneOf(type, ['ReportBatchItemFailures']))
  return known.includes('ReportBatchItemFailures')
}

/** AWS takes an empty text for none. */
function destinationOf(config: Setting): Setting | undefined {
  const onFailure = config.part('OnFailure')
  if (!hasParts(config, ['OnFailure']) || !hasParts(onFailure, ['Destination'])) return
  const destination = onFailure.part('Destination')
  return destination.isGiven && destination.value !== '' ? destination : undefined
}

function onFailureTopicOf(
  destination: Setting,
  mapping: Mapping,
  topic: string,
  warn: (warning: string) => void,
): string | undefined {
  if (isReference(destination.value) || otherDestinations.test(String(destination.value))) {
    const what = isReference(destination.value) ? 'is a reference' : `is ${destination.value}`
    return void warn(`${destination.name} ${what}: not emulated, treated as without one`)
  }
  const destinationTopic = topicIn(destination)
  if (destinationTopic !== undefined && destinationTopic === topic)
    destination.refuse('must be another topic than the one that is read')
  if (destinationTopic !== undefined && !isProvisioned(mapping))
    destination.refuse(provisionedAdvice(mapping, 'to a topic '))
  return destinationTopic
}

function topicIn(destination: Setting): string | undefined {
  const text = textOf(destination)
  const topic = /^kafka:\/\/([\w-][\w.-]{0,248})$/.exec(text ?? '')?.[1]
  if (text !== undefined && topic === undefined)
    destination.refuse('must be kafka://<topic> or the ARN of an SQS queue, an SNS topic or an S3 bucket')
  return topic
}

function checkProvisioned(mapping: Mapping): void {
  if (isProvisioned(mapping)) return
  for (const property of onlyProvisioned)
    if (mapping.of(property).isGiven) mapping.of(property).refuse(provisionedAdvice(mapping))
}

/** AWS takes an empty configuration for none. */
function isProvisioned(mapping: Mapping): boolean {
  return Object.keys(mapping.of('ProvisionedPollerConfig').value ?? {}).length > 0
}

const provisionedAdvice = (mapping: Mapping, what = ''): string =>
  `${what}is only for provisioned mode: set ${mapping.of('ProvisionedPollerConfig').name.replace(/^function \S+: /, '')}`
