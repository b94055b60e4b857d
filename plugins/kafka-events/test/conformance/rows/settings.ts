/** Settings that are refused, and those that have no effect on one machine. */
import type { Row } from '../support/row.ts'
import { sources } from '../support/sources.ts'

const refused = (setting: string, situation: string, aws: string, extension: Record<string, unknown>): Row => ({
  setting,
  situation,
  aws: `refused: ${aws}`,
  source: sources.template,
  here: 'as AWS',
  test: { kind: 'refused', extension, problems: ['function ship: resources.extensions', setting] },
})

export const settingsRows: Row[] = [
  {
    setting: 'kafka',
    situation: 'a key that the framework does not have',
    aws: "refused by the framework's schema",
    source: sources.parameters,
    here: 'refused at start, whatever `configValidationMode` says',
    test: { kind: 'refused', settings: { batchsize: 10 }, problems: ['function ship: kafka.batchsize'] },
  },
  {
    setting: 'msk',
    situation: '`onFailureDestination`, which the framework has for `kafka` only',
    aws: "refused by the framework's schema; AWS has it",
    source: sources.parameters,
    here: 'refused at start; `DestinationConfig` in an extension is read',
    test: {
      kind: 'refused',
      event: 'msk',
      settings: { onFailureDestination: 'kafka://orders.failed' },
      problems: ['function ship: msk.onFailureDestination'],
    },
  },
  refused('MaximumRetries', 'a property that CloudFormation does not have', 'unknown', { MaximumRetries: 3 }),
  refused('ParallelizationFactor', 'a property of stream mappings', 'not for Kafka', { ParallelizationFactor: 2 }),
  refused('TumblingWindowInSeconds', 'a property of stream mappings', 'not for Kafka', { TumblingWindowInSeconds: 30 }),
  refused('ScalingConfig', 'a property of SQS mappings', 'not for Kafka', { ScalingConfig: { MaximumConcurrency: 2 } }),
  {
    setting: 'resources.extensions',
    situation: 'for a mapping that neither an event nor a resource makes',
    aws: 'the deployment fails: nothing to extend',
    source: sources.template,
    here: 'refused at start, with the names that there are',
    test: {
      kind: 'elsewhere',
      file: 'src/settings/read-settings.test.ts',
      name: 'that belongs to no mapping is refused with the names that there are',
    },
  },
  {
    setting: 'settings',
    situation: 'a wrong setting in a real start',
    aws: 'the deployment fails',
    source: sources.createApi,
    here: 'the process ends with 1 before HTTP is up, with the function, the key and what it must be',
    test: {
      kind: 'elsewhere',
      file: 'test/system/plugin.test.ts',
      name: 'a wrong setting stops the process with the function, the setting and what it must be',
    },
  },
  {
    setting: 'SourceAccessConfigurations',
    situation: 'logins, certificates, subnets',
    aws: 'how pollers reach the brokers, from Secrets Manager',
    source: sources.clusterAuth,
    here: 'not emulated: secrets and networks are where it is deployed. They are checked; `custom.kafkaEvents.ssl` and `sasl` say how the local brokers are reached',
  },
  {
    setting: 'MetricsConfig',
    situation: 'CloudWatch metrics and logs of the mapping, `LoggingConfig`, `KmsKeyArn`, `Tags`',
    aws: 'emits metrics, writes logs, encrypts patterns, labels the mapping',
    source: sources.metrics,
    here: 'not emulated: there is no CloudWatch and no KMS on a laptop; the status port and the log tell the same',
  },
  {
    setting: 'payload',
    situation: 'a function that answers with more than 6 MB',
    aws: 'the invocation fails: `ResponseSizeTooLarge`',
    source: sources.lambdaLimits,
    here: 'as AWS',
    test: {
      kind: 'elsewhere',
      file: 'src/invocation.test.ts',
      name: 'with an answer that is larger than AWS takes counts as failed',
    },
  },
  {
    setting: 'State',
    situation: 'creating, updating, disabling a mapping at run time',
    aws: 'the API changes a mapping within minutes; reading pauses meanwhile',
    source: sources.startingPosition,
    here: 'not emulated: there is no API to call; settings are read at start',
  },
]
