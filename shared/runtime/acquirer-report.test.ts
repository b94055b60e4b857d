/** Reports about the acquirer: every unclear outcome is logged, everything is counted, and an open circuit is a problem. */
import { describe, expect, test } from '@jest/globals'
import type { CallOutcome } from '../acquirer/http-acquirer.ts'
import { circuitProblems, reportCall, reportCircuit } from './acquirer-report.ts'
import { createMetrics } from './metrics.ts'

function scene() {
  const lines: [level: string, fields: object, message: string][] = []
  const writes = (level: string) => (fields: object, message: string) => void lines.push([level, fields, message])
  const log = { info: writes('info'), warn: writes('warn'), error: writes('error') } as never
  const metrics = createMetrics()
  return { ports: { metrics, log }, lines, text: () => metrics.registry.metrics() }
}

const levels: Record<CallOutcome, string[]> = {
  approved: [],
  declined: [],
  canceled: [],
  not_found: [],
  refused: ['error'],
  circuit_open: ['warn'],
  connection: ['warn'],
  timeout: ['warn'],
  server_error: ['warn'],
  unreadable: ['warn'],
}

describe('a call', () => {
  test.each(Object.entries(levels))('that ended as %s is counted, timed, and logged as %j', async (outcome, logged) => {
    const { ports, lines, text } = scene()

    reportCall(ports, { call: 'submit', operationId: 'op_1', outcome: outcome as CallOutcome, durationMs: 7 })

    expect(lines.map(([level]) => level)).toEqual(logged)
    for (const [, fields] of lines) expect(fields).toMatchObject({ operationId: 'op_1', outcome })
    expect(await text()).toContain(`acquirer_calls_total{call="submit",outcome="${outcome}"} 1\n`)
    expect(await text()).toContain(
      `acquirer_call_duration_seconds_bucket{le="0.01",call="submit",outcome="${outcome}"} 1\n`,
    )
  })
})

describe('the circuit', () => {
  test.each([
    { position: 'closed', level: 'info', value: 0 },
    { position: 'half_open', level: 'info', value: 1 },
    { position: 'open', level: 'error', value: 2 },
  ] as const)('that is $position now is logged and shown as $value', async ({ position, level, value }) => {
    const { ports, lines, text } = scene()

    reportCircuit(ports, position)

    expect(lines).toMatchObject([[level, { position }, expect.any(String)]])
    expect(await text()).toContain(`\nacquirer_circuit_state ${value}\n`)
  })

  test('is a problem while it lets nobody through, since it opened', () => {
    expect(circuitProblems(undefined, 1_000)).toEqual([])
    expect(circuitProblems(500.25, Date.UTC(2026, 0, 2))).toMatchObject([
      { kind: 'acquirer_circuit_open', since: '2026-01-01T23:59:59.500Z' },
    ])
  })
})
