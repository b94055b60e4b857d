/** What is printed for CloudWatch: lines that keep to the embedded metric format, with what was added since the last ones. */
import { describe, expect, test } from '@jest/globals'
import * as z from 'zod'
import { EmbeddedMetrics } from './embedded-metrics.ts'
import { printingMetrics } from './invocation.ts'
import { createMetrics } from './metrics.ts'

const NOW_MS = 1_767_323_045_006

const name = z.string().min(1).max(255)
const values = z.union([
  z.number(),
  z.strictObject({ Values: z.array(z.number()).min(1).max(100), Counts: z.array(z.int().min(1)).min(1).max(100) }),
])

/** The document of the format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const emfDocument = z
  .looseObject({
    _aws: z.strictObject({
      Timestamp: z.int().min(0),
      CloudWatchMetrics: z
        .array(
          z.strictObject({
            Namespace: name,
            Dimensions: z.array(z.array(name).max(30)).min(1),
            Metrics: z
              .array(z.strictObject({ Name: name, Unit: z.enum(['Count', 'Seconds', 'None']) }))
              .min(1)
              .max(100),
          }),
        )
        .length(1),
    }),
  })
  .superRefine((document, context) => {
    const [directive] = document._aws.CloudWatchMetrics
    const { Dimensions, Metrics } = directive!
    for (const dimension of Dimensions.flat())
      if (!z.string().min(1).max(1024).safeParse(document[dimension]).success)
        context.addIssue(`the dimension ${dimension} is no member with a text`)
    for (const { Name } of Metrics)
      if (!values.safeParse(document[Name]).success) context.addIssue(`the metric ${Name} is no member with numbers`)
    const members = new Set(['_aws', ...Dimensions.flat(), ...Metrics.map(({ Name }) => Name)])
    for (const member of Object.keys(document)) if (!members.has(member)) context.addIssue(`${member} is not named`)
    if (new Set(Metrics.map(({ Name }) => Name)).size !== Metrics.length) context.addIssue('a metric is named twice')
  })

function setUp() {
  const metrics = createMetrics({ ofProcess: false })
  const written: string[] = []
  const write = (lines: string) => void written.push(...lines.split('\n').filter(line => line !== ''))
  const printer = new EmbeddedMetrics({ metrics, namespace: 'payment-backend-dev', nowMs: () => NOW_MS + 0.5, write })
  /** The documents of one print, checked, without what is the same in all. */
  const print = async () => {
    written.length = 0
    await printer.print()
    return written.map(line => {
      const { _aws, ...rest } = emfDocument.parse(JSON.parse(line))
      return rest
    })
  }
  return { metrics, printer, written, print }
}

describe('a print', () => {
  test('is nothing while nothing happens, although there are counters at 0 and gauges', async () => {
    const { print } = setUp()

    expect(await print()).toEqual([])
  })

  test('says what was added since the last, by labels as dimensions', async () => {
    const { metrics, print } = setUp()
    metrics.operations.inc({ kind: 'capture', outcome: 'succeeded' }, 2)
    metrics.deadLetters.inc()
    metrics.outboxParked.inc(3)

    expect(await print()).toEqual([
      { kind: 'capture', outcome: 'succeeded', operations_total: 2 },
      { dead_letters_total: 1, outbox_parked_total: 3 },
    ])
    metrics.operations.inc({ kind: 'capture', outcome: 'succeeded' })
    expect(await print()).toEqual([{ kind: 'capture', outcome: 'succeeded', operations_total: 1 }])
    expect(await print()).toEqual([])
  })

  test('names namespace, time, dimensions and units', async () => {
    const { metrics, printer, written } = setUp()
    metrics.acquirerSeconds.observe({ call: 'submit', outcome: 'approved' }, 0.0123)
    await printer.print()

    expect(JSON.parse(written[0]!)).toEqual({
      _aws: {
        Timestamp: NOW_MS,
        CloudWatchMetrics: [
          {
            Namespace: 'payment-backend-dev',
            Dimensions: [['call', 'outcome']],
            Metrics: [{ Name: 'acquirer_call_duration_seconds', Unit: 'Seconds' }],
          },
        ],
      },
      call: 'submit',
      outcome: 'approved',
      acquirer_call_duration_seconds: { Values: [0.0123], Counts: [1] },
    })
  })

  test('gives times as values with counts: the mean within one bucket, else the bounds of the buckets', async () => {
    const { metrics, print } = setUp()
    const observe = (...seconds: number[]) => {
      for (const each of seconds) metrics.acquirerSeconds.observe({ call: 'submit', outcome: 'approved' }, each)
    }
    const labels = { call: 'submit', outcome: 'approved' }

    observe(0.0122, 0.0124)
    expect(await print()).toEqual([
      { ...labels, acquirer_call_duration_seconds: { Values: [expect.closeTo(0.0123)], Counts: [2] } },
    ])
    observe(0.0011, 0.0012, 0.3, 4, 99)
    expect(await print()).toEqual([
      { ...labels, acquirer_call_duration_seconds: { Values: [0.002, 0.5, 5], Counts: [2, 1, 2] } },
    ])
    observe(99)
    expect(await print()).toEqual([{ ...labels, acquirer_call_duration_seconds: { Values: [99], Counts: [1] } }])
  })

  test('has the gauges of a source each time it was read, and never those that could not be read', async () => {
    const { metrics, print } = setUp()
    metrics.operationsUnknown.set(0)
    metrics.operationsUnknownOldestSeconds.set(0)
    metrics.deadLetterRecords.set(4)
    metrics.stateObserved.set({ source: 'operations' }, 60)
    const expected = [{ operations_unknown: 0, operations_unknown_oldest_seconds: 0 }]

    expect(await print()).toEqual(expected)
    expect(await print()).toEqual([])
    metrics.stateObserved.set({ source: 'operations' }, 120)
    expect(await print()).toEqual(expected)
  })

  test('keeps to the limits when everything happens at once', async () => {
    const { metrics, print } = setUp()
    for (const metric of metrics.registry.getMetricsAsArray()) {
      const { labelNames = [] } = metric as unknown as { labelNames?: string[] }
      for (let value = 0; value < 150; value++) {
        const labels = Object.fromEntries(labelNames.map(each => [each, `${each}-${value}`]))
        if (metric.type === ('counter' as never)) (metric as never as { inc(labels: object): void }).inc(labels)
      }
    }
    for (let bucket = 1; bucket < 5_000; bucket *= 2)
      metrics.acquirerSeconds.observe({ call: 'inquire', outcome: 'timeout' }, bucket / 1_000)

    expect((await print()).length).toBeGreaterThan(150)
  })

  test('that cannot be written harms nobody', async () => {
    const { metrics } = setUp()
    const write = () => {
      throw new Error('the disk is full')
    }
    metrics.deadLetters.inc()
    const { error } = console
    console.error = () => {}
    try {
      const printer = new EmbeddedMetrics({ metrics, namespace: 'n', nowMs: () => NOW_MS, write })
      await expect(printer.print()).resolves.toBeUndefined()
    } finally {
      console.error = error
    }
  })
})

describe('an invocation', () => {
  test('prints at its end, also when it fails', async () => {
    let printed = 0
    const ports = { embeddedMetrics: { print: async () => void printed++ } }
    const handler = printingMetrics(ports, async (fails: boolean) => {
      if (fails) throw new Error('away')
      return 'done'
    })

    expect(await handler(false)).toBe('done')
    await expect(handler(true)).rejects.toThrow('away')
    expect(printed).toBe(2)
  })
})
