/**
 * POST /sandbox/clock: move the sandbox's virtual clock forward, and do what falls due on the way. Offline only.
 *
 * 200 there · 202 under way · 404 not in the sandbox · 503 acquirer or database away · 400, 413, 415, 500 see docs/errors.md
 */
import { durationMs } from '../../shared/contracts/duration.ts'
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/advance-clock.ts'
import { defineSandboxRoute, notFound, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { type AdvancePorts, advanceClock } from '../../shared/payments/advance-clock.ts'
import type { Clock, SandboxClock } from '../../shared/payments/ports.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

/** Begins nothing later than this. The answer comes when every process knows the new time: within 8 s, unless a call hangs. */
const WORK_MS = 7_300

/** `processClock` is undefined outside the sandbox. */
type SandboxPorts = RoutePorts & AdvancePorts & { processClock: (Clock & SandboxClock) | undefined }

export const createHandler = (ports: SandboxPorts) =>
  defineSandboxRoute(contract)(ports, async ({ body }) => {
    const { processClock: clock } = ports
    if (clock === undefined) return notFound()
    const advanced = await advanceClock(ports, clock, { advanceMs: durationMs(body.advance), workMs: WORK_MS })
    if (advanced.kind === 'too_far') return validationFailed([{ path: '/advance', message: problemTexts.clockTooFar }])
    const { position, counts } = advanced
    const nowMs = clock.nowMs()
    const at = (offsetMs: number) => new Date(nowMs + offsetMs).toISOString()
    const view = { now: at(position.offsetMs), offsetMs: position.offsetMs, ...counts }
    if (advanced.kind === 'arrived') return { status: 200, body: view }
    return { status: 202, body: { ...view, target: at(position.targetOffsetMs), left: advanced.left } }
  })

export const handler = createHandler(portsFromEnv())
