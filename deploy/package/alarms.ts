/** The CloudWatch alarms of a stage: those of each function and of the API, which AWS counts, and those of what the functions print. */
import type { FunctionDefinition } from './roles.ts'

/** An alarm on a figure of the business, by its name in docs/metrics.md. */
interface BusinessAlarm {
  metric: string
  /** Only of what is printed with this `state`. */
  state?: string
  statistic: 'MAX' | 'MIN' | 'SUM'
  /** Exactly one of the two. */
  above?: number
  below?: number
  /** How many of so many last minutes must be beyond it. */
  minutes: { bad: number; of: number }
  /** The job `observe-state` prints it each minute: nothing printed means that nobody looks. */
  printedEachMinute?: true
  /** A heading of docs/runbook.md. */
  section: string
}

const atOnce = { bad: 1, of: 1 }
const lasting = { bad: 3, of: 5 }

export const businessAlarms: readonly BusinessAlarm[] = [
  {
    metric: 'outbox_oldest_seconds',
    statistic: 'MAX',
    above: 60,
    minutes: { bad: 2, of: 3 },
    section: 'The outbox grows',
  },
  {
    metric: 'outbox_parked_rows',
    statistic: 'MAX',
    above: 0,
    minutes: lasting,
    printedEachMinute: true,
    section: 'Parked rows',
  },
  { metric: 'dead_letters_total', statistic: 'SUM', above: 0, minutes: atOnce, section: 'Dead letters' },
  {
    metric: 'operations_unknown_oldest_seconds',
    statistic: 'MAX',
    above: 300,
    minutes: lasting,
    printedEachMinute: true,
    section: 'Unknown outcomes',
  },
  {
    metric: 'invariants_failed',
    statistic: 'MAX',
    above: 0,
    minutes: lasting,
    printedEachMinute: true,
    section: 'An invariant is broken',
  },
  {
    metric: 'control_account_difference_minor',
    statistic: 'MAX',
    above: 0,
    minutes: atOnce,
    section: 'A control account differs',
  },
  {
    metric: 'control_account_difference_minor',
    statistic: 'MIN',
    below: 0,
    minutes: atOnce,
    section: 'A control account differs',
  },
  {
    metric: 'ledger_entries_repaired_total',
    statistic: 'SUM',
    above: 0,
    minutes: atOnce,
    section: 'An entry was repaired',
  },
  {
    metric: 'manual_settlements_contradicted_total',
    statistic: 'SUM',
    above: 0,
    minutes: atOnce,
    section: 'Settling by hand',
  },
  { metric: 'payout_alarms_total', statistic: 'SUM', above: 0, minutes: atOnce, section: 'A payout needs a person' },
  {
    metric: 'settlement_items_undated_total',
    statistic: 'SUM',
    above: 0,
    minutes: atOnce,
    section: 'The calendar ends',
  },
  {
    metric: 'payout_files_waiting_oldest_seconds',
    statistic: 'MAX',
    above: 86_400,
    minutes: lasting,
    printedEachMinute: true,
    section: 'A payout file waits',
  },
  {
    metric: 'payout_files_waiting_oldest_seconds',
    state: 'SENT',
    statistic: 'MAX',
    above: 3_600,
    minutes: lasting,
    section: 'A payout file waits',
  },
  {
    metric: 'payouts_unanswered_oldest_seconds',
    statistic: 'MAX',
    above: 3 * 86_400,
    minutes: lasting,
    printedEachMinute: true,
    section: 'The bank does not say what became of a payout',
  },
  {
    metric: 'recon_files_rejected',
    statistic: 'MAX',
    above: 0,
    minutes: lasting,
    printedEachMinute: true,
    section: 'A file was rejected',
  },
  {
    metric: 'recon_files_waiting_oldest_seconds',
    statistic: 'MAX',
    above: 1_800,
    minutes: lasting,
    printedEachMinute: true,
    section: 'A file waits',
  },
  {
    metric: 'recon_breaks_late',
    statistic: 'MAX',
    above: 0,
    minutes: lasting,
    printedEachMinute: true,
    section: 'Breaks',
  },
  {
    metric: 'recon_transfers_late',
    statistic: 'MAX',
    above: 0,
    minutes: lasting,
    printedEachMinute: true,
    section: 'A transfer has one line',
  },
  {
    metric: 'recon_alarms_total',
    statistic: 'SUM',
    above: 0,
    minutes: atOnce,
    section: 'Money moved for what failed here',
  },
  {
    metric: 'disputes_open_oldest_seconds',
    statistic: 'MAX',
    above: 45 * 86_400,
    minutes: lasting,
    printedEachMinute: true,
    section: 'A chargeback came',
  },
  {
    metric: 'funds_short_business_days',
    statistic: 'MAX',
    above: 1,
    minutes: lasting,
    section: 'Safeguarded funds are missing',
  },
  { metric: 'unhandled_rejections_total', statistic: 'SUM', above: 0, minutes: atOnce, section: 'First look' },
]

/** Above this for five minutes, a consumer does not keep up. */
const LAG_RECORDS_MAX = 1_000
const API_ERRORS_PERCENT_MAX = 5
/** In a minute. Of fewer, one error would be a large part. */
const API_REQUESTS_MIN = 20
const API_LATENCY_MS_MAX = 1_000

export interface AlarmedStage {
  /** `service-stage`, before the names of all alarms. */
  prefix: string
  functions: Record<string, FunctionDefinition>
  /** Of what the functions print. */
  namespace: string
  /** An SNS topic that is told; without it alarms only show. */
  topicArn?: string
}

interface Watch {
  /** Of the resource, in front of `Alarm`. */
  id: string
  name: string
  description: string
  minutes: { bad: number; of: number }
  threshold: number
  comparison: 'GreaterThanThreshold' | 'LessThanThreshold'
  missing: 'notBreaching' | 'breaching'
  source: object
}

/** Resources by their logical ids. */
export function alarmsOf(stage: AlarmedStage): Record<string, unknown> {
  const watches = [
    ...Object.entries(stage.functions).flatMap(([key, definition]) => functionWatches(key, definition)),
    ...apiWatches,
    ...businessAlarms.map(alarm => businessWatch(alarm, stage.namespace)),
  ]
  return Object.fromEntries(watches.map(watch => [`${watch.id}Alarm`, resourceOf(watch, stage)]))
}

function resourceOf(watch: Watch, { prefix, topicArn }: AlarmedStage) {
  const actions = topicArn === undefined ? [] : [topicArn]
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${prefix}-${watch.name}`,
      AlarmDescription: watch.description,
      ...watch.source,
      EvaluationPeriods: watch.minutes.of,
      DatapointsToAlarm: watch.minutes.bad,
      Threshold: watch.threshold,
      ComparisonOperator: watch.comparison,
      TreatMissingData: watch.missing,
      AlarmActions: actions,
      OKActions: actions,
    },
  }
}

function functionWatches(key: string, definition: FunctionDefinition): Watch[] {
  const id = `${key[0]!.toUpperCase()}${key.slice(1)}`
  const { events, name } = definition
  // A consumer or a job that fails is run again. A route that fails has failed its caller: handlers answer even their own errors.
  const isRoute = events.some(({ httpApi }) => httpApi !== undefined)
  const isTriggered = events.some(({ kafka, msk }) => kafka !== undefined || msk !== undefined)
  const counted = { threshold: 0, comparison: 'GreaterThanThreshold', missing: 'notBreaching' } as const
  const errors: Watch = {
    id: `${id}Errors`,
    name: `${key}-errors`,
    description: `${key} threw or ran out of time`,
    minutes: isRoute ? atOnce : lasting,
    ...counted,
    source: ofFunction('Errors', name),
  }
  const throttles: Watch = {
    id: `${id}Throttles`,
    name: `${key}-throttles`,
    description: `${key} had no free instance: its reserved concurrency or the account's is used up`,
    minutes: lasting,
    ...counted,
    source: ofFunction('Throttles', name),
  }
  return isTriggered ? [errors, throttles, lagWatch(id, key, name)] : [errors, throttles]
}

const ofFunction = (MetricName: string, name: string) => ({
  Namespace: 'AWS/Lambda',
  MetricName,
  Dimensions: [{ Name: 'FunctionName', Value: name }],
  Statistic: 'Sum',
  Period: 60,
})

/** Of all triggers of a function, the one that is furthest behind. */
const lagWatch = (id: string, key: string, name: string): Watch => ({
  id: `${id}Lag`,
  name: `${key}-lag`,
  description: `${key} is more than ${LAG_RECORDS_MAX} records behind: docs/runbook.md, "A consumer stands still"`,
  minutes: { bad: 5, of: 5 },
  threshold: LAG_RECORDS_MAX,
  comparison: 'GreaterThanThreshold',
  missing: 'notBreaching',
  source: ofQuery(`SELECT MAX(OffsetLag) FROM "AWS/Lambda" WHERE FunctionName = '${name}'`),
})

/** Answers a figure over all dimensions that it is printed with. */
const ofQuery = (Expression: string) => ({ Metrics: [{ Id: 'query', Expression, Period: 60, ReturnData: true }] })

const ofApi = (Id: string, MetricName: string) => ({
  Id,
  MetricStat: {
    Metric: { Namespace: 'AWS/ApiGateway', MetricName, Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }] },
    Stat: 'Sum',
    Period: 60,
  },
  ReturnData: false,
})

const apiWatches: readonly Watch[] = [
  {
    id: 'ApiErrors',
    name: 'api-errors',
    description: `more than ${API_ERRORS_PERCENT_MAX} % of the answers are 5xx: docs/runbook.md, "First look"`,
    minutes: lasting,
    threshold: API_ERRORS_PERCENT_MAX,
    comparison: 'GreaterThanThreshold',
    missing: 'notBreaching',
    source: {
      Metrics: [
        ofApi('errors', '5xx'),
        ofApi('requests', 'Count'),
        {
          Id: 'percent',
          Expression: `IF(requests >= ${API_REQUESTS_MIN}, 100 * FILL(errors, 0) / requests, 0)`,
          ReturnData: true,
        },
      ],
    },
  },
  {
    id: 'ApiLatency',
    name: 'api-latency',
    description: `one answer in twenty takes longer than ${API_LATENCY_MS_MAX} ms: docs/runbook.md, "First look"`,
    minutes: { bad: 5, of: 5 },
    threshold: API_LATENCY_MS_MAX,
    comparison: 'GreaterThanThreshold',
    missing: 'notBreaching',
    source: {
      Namespace: 'AWS/ApiGateway',
      MetricName: 'Latency',
      Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }],
      ExtendedStatistic: 'p95',
      Period: 60,
    },
  },
]

function businessWatch(alarm: BusinessAlarm, namespace: string): Watch {
  const { metric, state, statistic, above, below, minutes, printedEachMinute, section } = alarm
  const threshold = above ?? below!
  const side = above === undefined ? 'below' : 'above'
  const name = [metric, ...(side === 'below' ? ['below'] : []), ...(state === undefined ? [] : [state.toLowerCase()])]
  const silence = printedEachMinute ? ', or the job observe-state prints nothing' : ''
  const where = state === undefined ? '' : ` WHERE state = '${state}'`
  return {
    id: name.join('_').replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    name: name.join('-'),
    description: `${metric}${state === undefined ? '' : ` of ${state}`} is ${side} ${threshold}${silence}: docs/runbook.md, "${section}"`,
    minutes,
    threshold,
    comparison: above === undefined ? 'LessThanThreshold' : 'GreaterThanThreshold',
    missing: printedEachMinute ? 'breaching' : 'notBreaching',
    source: ofQuery(`SELECT ${statistic}(${metric}) FROM "${namespace}"${where}`),
  }
}
