/** Which alarms a stage has, on what, and that their words lead somewhere. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { alarmsOf, businessAlarms } from './alarms.ts'

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:on-call'
const KAFKA = { accessConfigurations: {} }

interface Alarm {
  Type: string
  Properties: Record<string, unknown> & {
    AlarmName: string
    AlarmDescription: string
    EvaluationPeriods: number
    DatapointsToAlarm: number
  }
}

const alarms = (topicArn?: string) =>
  alarmsOf({
    prefix: 'x-dev',
    namespace: 'x-dev-figures',
    functions: {
      pay: { name: 'x-dev-pay', events: [{ httpApi: 'POST /pay' }] },
      record: { name: 'x-dev-record', events: [{ kafka: KAFKA }, { kafka: KAFKA }] },
      sweep: { name: 'x-dev-sweep', events: [{ schedule: 'rate(1 minute)' }] },
    },
    topicArn,
  }) as Record<string, Alarm>
const propertiesOf = (id: string) => alarms()[id]!.Properties
const queryOf = (id: string) => (propertiesOf(id).Metrics as [{ Expression: string; Period: number }])[0]

describe('a function', () => {
  test.each(['Pay', 'Record', 'Sweep'])('%s has an alarm on its errors and one on its throttles', id => {
    for (const metric of ['Errors', 'Throttles'])
      expect(propertiesOf(`${id}${metric}Alarm`)).toMatchObject({
        AlarmName: `x-dev-${id.toLowerCase()}-${metric.toLowerCase()}`,
        Namespace: 'AWS/Lambda',
        MetricName: metric,
        Dimensions: [{ Name: 'FunctionName', Value: `x-dev-${id.toLowerCase()}` }],
        Statistic: 'Sum',
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
      })
  })

  // A dependency that is away for a moment fails a batch or a run, which is done again.
  test('of a route is told of at its first error, one that is run again when it goes on', () => {
    expect(propertiesOf('PayErrorsAlarm').DatapointsToAlarm).toBe(1)
    expect(propertiesOf('RecordErrorsAlarm').DatapointsToAlarm).toBe(3)
    expect(propertiesOf('SweepErrorsAlarm').DatapointsToAlarm).toBe(3)
  })

  test('with triggers has one alarm on how far it is behind, no other has', () => {
    expect(Object.keys(alarms()).filter(id => id.endsWith('LagAlarm'))).toEqual(['RecordLagAlarm'])
    expect(queryOf('RecordLagAlarm').Expression).toBe(
      `SELECT MAX(OffsetLag) FROM "AWS/Lambda" WHERE FunctionName = 'x-dev-record'`,
    )
  })
})

describe('the API', () => {
  test('has alarms on its errors and its latency', () => {
    const { Metrics } = propertiesOf('ApiErrorsAlarm') as unknown as { Metrics: { Id: string; ReturnData: boolean }[] }

    expect(Metrics.map(({ Id, ReturnData }) => [Id, ReturnData])).toEqual([
      ['errors', false],
      ['requests', false],
      ['percent', true],
    ])
    expect(JSON.stringify(Metrics)).toContain('{"Name":"ApiId","Value":{"Ref":"HttpApi"}}')
    expect(propertiesOf('ApiLatencyAlarm')).toMatchObject({ MetricName: 'Latency', ExtendedStatistic: 'p95' })
  })
})

describe('a figure of the business', () => {
  test.each(businessAlarms.map(alarm => [alarm.metric, alarm] as const))('%s is printed when deployed', metric => {
    // The last column of docs/metrics.md.
    const names = textOf('docs/metrics.md')
      .match(/^\| `.+\| yes \|$/gm)!
      .flatMap(row => row.split('|')[1]!.match(/[a-z_]+/g))

    expect(names).toContain(metric)
  })

  test.each(businessAlarms.map(alarm => [alarm.section, alarm] as const))(
    'has a section in the runbook: %s',
    section => {
      expect(textOf('docs/runbook.md')).toMatch(new RegExp(`^##+ ${section}$`, 'm'))
    },
  )

  test('is asked for in the namespace that it is printed to, whatever its labels are', () => {
    expect(queryOf('OutboxOldestSecondsAlarm')).toEqual({
      Id: 'query',
      Expression: 'SELECT MAX(outbox_oldest_seconds) FROM "x-dev-figures"',
      Period: 60,
      ReturnData: true,
    })
  })

  test('may be asked for in one state, under a name of its own', () => {
    expect(queryOf('PayoutFilesWaitingOldestSecondsSentAlarm').Expression).toBe(
      `SELECT MAX(payout_files_waiting_oldest_seconds) FROM "x-dev-figures" WHERE state = 'SENT'`,
    )
    expect(propertiesOf('PayoutFilesWaitingOldestSecondsSentAlarm').AlarmName).toBe(
      'x-dev-payout_files_waiting_oldest_seconds-sent',
    )
  })

  test('has one bound, which says what the comparison is', () => {
    for (const { metric, above, below } of businessAlarms) {
      expect([metric, (above === undefined) !== (below === undefined)]).toEqual([metric, true])
    }
    expect(propertiesOf('ControlAccountDifferenceMinorAlarm').ComparisonOperator).toBe('GreaterThanThreshold')
    expect(propertiesOf('ControlAccountDifferenceMinorBelowAlarm').ComparisonOperator).toBe('LessThanThreshold')
  })

  test('that must stay 0 is told of at once; one that is printed each minute is told of when it is not', () => {
    expect(propertiesOf('UnhandledRejectionsTotalAlarm')).toMatchObject({
      Threshold: 0,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    })
    expect(propertiesOf('InvariantsFailedAlarm').TreatMissingData).toBe('breaching')
  })
})

describe('every alarm', () => {
  test('has a name and an id of its own', () => {
    const names = Object.values(alarms()).map(({ Properties }) => Properties.AlarmName)

    // 3 functions with 2 each, 1 lag, 2 of the API.
    expect(names).toHaveLength(9 + businessAlarms.length)
    expect(new Set(names).size).toBe(names.length)
  })

  test('needs no more minutes than it looks at', () => {
    for (const { Type, Properties } of Object.values(alarms())) {
      expect(Type).toBe('AWS::CloudWatch::Alarm')
      expect(Properties.DatapointsToAlarm).toBeLessThanOrEqual(Properties.EvaluationPeriods)
      expect(Properties.AlarmDescription).not.toBe('')
    }
  })

  test('tells the topic when it begins and when it ends, or nobody', () => {
    for (const { Properties } of Object.values(alarms(TOPIC)))
      expect(Properties).toMatchObject({ AlarmActions: [TOPIC], OKActions: [TOPIC] })
    for (const { Properties } of Object.values(alarms()))
      expect(Properties).toMatchObject({ AlarmActions: [], OKActions: [] })
  })
})
