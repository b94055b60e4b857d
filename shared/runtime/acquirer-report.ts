/** Reports what comes of calls to the acquirer: as metrics, log lines, and a problem for readiness. */
import type { CircuitPosition } from '../acquirer/circuit.ts'
import type { CallOutcome, CallReport } from '../acquirer/http-acquirer.ts'
import { traceIdIn } from '../contracts/traceparent.ts'
import type { ReadinessProblem } from './health.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

export interface AcquirerReportPorts {
  metrics: Pick<Metrics, 'acquirerCalls' | 'acquirerSeconds' | 'acquirerCircuit'>
  log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** Undefined: the acquirer has said what there is to say. */
const logLevels: Record<CallOutcome, 'warn' | 'error' | undefined> = {
  approved: undefined,
  declined: undefined,
  canceled: undefined,
  not_found: undefined,
  refused: 'error',
  circuit_open: 'warn',
  connection: 'warn',
  timeout: 'warn',
  server_error: 'warn',
  unreadable: 'warn',
}

export function reportCall({ metrics, log }: AcquirerReportPorts, report: CallReport): void {
  const { call, outcome, operationId, durationMs, detail, traceparent } = report
  metrics.acquirerCalls.inc({ call, outcome })
  metrics.acquirerSeconds.observe({ call, outcome }, durationMs / 1_000)
  const level = logLevels[outcome]
  if (level === undefined) return
  const traceId = traceIdIn(traceparent)
  log[level]({ call, outcome, operationId, detail, traceId }, 'the acquirer gave no clear answer')
}

const circuitLevels: Record<CircuitPosition, number> = { closed: 0, half_open: 1, open: 2 }

export function reportCircuit({ metrics, log }: AcquirerReportPorts, position: CircuitPosition): void {
  metrics.acquirerCircuit.set(circuitLevels[position])
  log[position === 'open' ? 'error' : 'info']({ position }, 'the circuit to the acquirer has changed')
}

/** `openForMs`: for how long the circuit has let nobody through, if it does not. `nowMs`: epoch. */
export function circuitProblems(openForMs: number | undefined, nowMs: number): ReadinessProblem[] {
  if (openForMs === undefined) return []
  const message = 'most calls to the acquirer fail, so that new payments are refused for the moment; see the log'
  return [{ kind: 'acquirer_circuit_open', message, since: new Date(Math.round(nowMs - openForMs)).toISOString() }]
}
