/** What can happen next in a world, each as one step: the transactions of production, and the messages between it and the acquirer. */
import type { CaptureRequest } from '../../../shared/contracts/routes/capture-payment.ts'
import type { RefundRequest } from '../../../shared/contracts/routes/refund-payment.ts'
import { authorizePayment } from '../../../shared/payments/authorize-payment.ts'
import { changePayment } from '../../../shared/payments/change-payment.ts'
import { claimExpiry } from '../../../shared/payments/expire-payments.ts'
import { authorizeRequestOf, claimFor, fakePolicy } from '../../../shared/payments/fakes.ts'
import {
  leaseTimes,
  type OperationPorts,
  type Outcome,
  orderOf,
  settle,
  takeOver,
} from '../../../shared/payments/operation.ts'
import type { AcquirerOrder, Operation } from '../../../shared/payments/ports.ts'
import { type AcquirerRules, type Call, receive, type Said } from './acquirer.ts'
import { type Actor, type Message, modelCaller, type Request, type Stage, WINDOW_MS, type World } from './world.ts'

export interface Step {
  /** In words, for a trace. */
  name: string
  take(stage: Stage): Promise<World>
}

/** What a model may break: the acquirer's rules, or the ports that a claim, a take-over or a record sees. */
export interface Variant {
  rules: AcquirerRules
  /** What a claim sees. */
  claimPorts(ports: OperationPorts): OperationPorts
  /** What take-overs and records see. */
  settlePorts(ports: OperationPorts): OperationPorts
}

export const PAYMENT_ID = 'pay_1'

/** Every step that is possible now. */
export function stepsFrom(world: World, variant: Variant): Step[] {
  const steps: Step[] = []
  for (const [index, actor] of world.actors.entries()) steps.push(...stepsOf(world, index, actor, variant))
  for (const message of world.messages) steps.push(...stepsOfMessage(world, message, variant))
  const { leases, windows } = world.budget
  if (leases > 0) steps.push(still('every lease runs out', tick(world, fakePolicy.leaseMs + 1)))
  if (windows > 0) steps.push(still('the time to capture runs out', passWindow(world)))
  return steps
}

const still = (name: string, world: World): Step => ({ name, take: async () => world })

function stepsOf(world: World, index: number, actor: Actor, variant: Variant): Step[] {
  const steps: Step[] = []
  const who = nameOf(index, actor.request)
  if (actor.phase === 'ready')
    steps.push({ name: `${who} begins`, take: stage => begin(stage, world, index, actor, variant) })
  if (actor.phase === 'asking' && world.budget.timeouts > 0)
    steps.push(still(`${who} waits no longer`, timedOut(world, index)))
  if (actor.phase === 'heard')
    steps.push({
      name: `${who} records "${actor.said!.kind}"`,
      take: stage => record(stage, world, index, actor, variant),
    })
  if ((actor.phase === 'asking' || actor.phase === 'heard') && world.budget.crashes > 0)
    steps.push(still(`${who} crashes`, crashed(world, index, actor)))
  return steps
}

const nameOf = (index: number, request: Request): string =>
  `${index} ${request.role === 'caller' ? `${request.kind} ${request.key ?? ''}`.trim() : request.role}`

function stepsOfMessage(world: World, message: Message, variant: Variant): Step[] {
  const what = `${message.call} ${message.order.operationId}`
  const steps = [still(`${what} arrives`, arrive(world, message, variant))]
  if (world.budget.duplicates > 0 && message.call === 'submit')
    steps.push(still(`${what} is sent twice`, duplicated(world, message)))
  return steps
}

// Mishaps and time.

const withActor = (world: World, index: number, change: Partial<Actor>): readonly Actor[] =>
  world.actors.map((actor, at) => (at === index ? { ...actor, ...change } : actor))

const spend = (world: World, mishap: keyof World['budget']): World => ({
  ...world,
  budget: { ...world.budget, [mishap]: world.budget[mishap] - 1 },
})

const timedOut = (world: World, index: number): World => ({
  ...spend(world, 'timeouts'),
  actors: withActor(world, index, { phase: 'heard', said: { kind: 'unknown' } }),
})

const crashed = (world: World, index: number, { request }: Actor): World => ({
  ...spend(world, 'crashes'),
  actors: world.actors.map((actor, at): Actor => (at === index ? { request, phase: 'crashed' } : actor)),
})

const duplicated = (world: World, message: Message): World => ({
  ...spend(world, 'duplicates'),
  messages: [...world.messages, message],
})

const tick = (world: World, durationMs: number): World => ({
  ...spend(world, 'leases'),
  nowMs: world.nowMs + durationMs,
})

const passWindow = (world: World): World => ({ ...spend(world, 'windows'), aheadMs: world.aheadMs + WINDOW_MS })

/** The acquirer takes a message in. Its answer reaches the sender if that one still waits for it. */
function arrive(world: World, message: Message, { rules }: Variant): World {
  const [acquirer, said] = receive(world.acquirer, message.call, message.order, rules)
  const at = world.messages.indexOf(message)
  const messages = world.messages.filter((_, index) => index !== at)
  const sender = world.actors[message.actor]!
  const isWaiting =
    sender.phase === 'asking' &&
    sender.call === message.call &&
    sender.operation?.operationId === message.order.operationId
  const actors = isWaiting ? withActor(world, message.actor, { phase: 'heard', said }) : world.actors
  return { ...world, acquirer, messages, actors }
}

// Production.

type Ran = { result: Outcome | undefined } | { call: Call; order: AcquirerOrder }

async function begin(stage: Stage, world: World, index: number, { request }: Actor, variant: Variant): Promise<World> {
  stage.enter(world)
  const ran = await stage.run<Outcome | undefined>(ports => started(ports, request, variant))
  return after(stage, world, index, ran)
}

async function started(ports: OperationPorts, request: Request, variant: Variant): Promise<Outcome | undefined> {
  switch (request.role) {
    case 'caller':
      return called(variant.claimPorts(ports), request)
    case 'expirer':
      return expired(variant.claimPorts(ports))
    case 'resolver':
      return resolved(variant.settlePorts(ports))
  }
}

function called(ports: OperationPorts, request: Request & { role: 'caller' }): Promise<Outcome> {
  if (request.kind === 'authorize') {
    const body = authorizeRequestOf({ amount: request.amountMinor, capture: request.capture })
    return authorizePayment(ports, body, claimFor(request.key, 'authorize', undefined, body), modelCaller())
  }
  const { kind, key, amountMinor, finalCapture } = request
  const body: CaptureRequest & RefundRequest = { amount: amountMinor, finalCapture }
  const claim = key === null ? undefined : claimFor(key, kind, PAYMENT_ID, body)
  return changePayment(ports, { kind, paymentId: PAYMENT_ID, amountMinor, finalCapture }, claim, modelCaller())
}

/** As the job does with each payment that it finds. */
async function expired(ports: OperationPorts): Promise<undefined> {
  const operation = await claimExpiry(ports, PAYMENT_ID)
  if (operation !== undefined) await ports.acquirer.submit(orderOf(operation))
}

/** As the job does with each operation that it finds; the step after "not found" is in `record`. */
async function resolved(ports: OperationPorts): Promise<undefined> {
  const [operationId] = await ports.operations.due(leaseTimes(ports), 1)
  const operation = operationId === undefined ? undefined : await takeOver(ports, operationId)
  if (operation !== undefined) await ports.acquirer.inquire(orderOf(operation))
}

async function record(stage: Stage, world: World, index: number, actor: Actor, variant: Variant): Promise<World> {
  stage.enter(world)
  const { operation, said, request } = actor
  const ran = await stage.run<Outcome | undefined>(async given => {
    const ports = variant.settlePorts(given)
    const isCanceledNext = request.role === 'resolver' && actor.call === 'inquire' && said!.kind === 'not_found'
    if (isCanceledNext) return ports.acquirer.cancel(orderOf(operation!)) as Promise<never>
    return settle(ports, operation!, said as Said, modelCaller())
  })
  return after(stage, world, index, ran)
}

/** The world after a run: what it wrote, and what it sent. */
function after(stage: Stage, world: World, index: number, ran: Ran): World {
  const rows = stage.rows()
  if ('result' in ran) {
    const answered = ran.result?.kind === 'answered' ? ran.result.answer : undefined
    const told = answered && { statusCode: answered.statusCode, body: answered.body }
    const { request } = world.actors[index]!
    const actors = world.actors.map((actor, at): Actor => (at === index ? { request, phase: 'done', told } : actor))
    return { ...world, rows, actors }
  }
  const { call, order } = ran
  const before = world.actors[index]!.operation
  const operation = before?.operationId === order.operationId ? before : claimed(stage, order)
  return {
    ...world,
    rows,
    messages: [...world.messages, { call, order, actor: index }],
    actors: withActor(world, index, { phase: 'asking', call, operation, said: undefined }),
  }
}

/** The operation as its row was written just now. */
function claimed(stage: Stage, { operationId }: AcquirerOrder): Operation {
  const row = stage.operations.table.rows().find(each => each.operationId === operationId)!
  const { state: _, declineReason: __, finishedAtMs: ___, ...operation } = row
  return operation
}
