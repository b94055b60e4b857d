/** The demo panel's acts in the audit log, while the database is there and while it is not. */
import { beforeEach, expect, test } from '@jest/globals'
import type { DemoAudit } from '../clients.ts'
import { AuditTrail } from './audit-trail.ts'

let written: string[]
let said: string[]
let timers: { delayMs: number; work: () => void }[]
let append: (act: DemoAudit) => Promise<boolean>
let trail: AuditTrail

const act = (subject: string) => ({ entry: { subject, actor: 'kim' } }) as DemoAudit
const turn = () => new Promise(setImmediate)
const works = async ({ entry }: DemoAudit) => written.push(entry.subject) > 0
const isAway = async () => {
  throw new Error('away')
}

beforeEach(() => {
  written = []
  said = []
  timers = []
  append = works
  trail = new AuditTrail({
    append: one => append(one),
    after: (delayMs, work) => {
      const timer = { delayMs, work }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0)
    },
    say: text => void said.push(text),
  })
})

const fire = (delayMs: number) => {
  for (const timer of [...timers].filter(each => each.delayMs === delayMs)) {
    timers.splice(timers.indexOf(timer), 1)
    timer.work()
  }
}

test('an act waits for its entry, and is told', async () => {
  let isWritten = false
  await trail.record(act('kafka'), () => {
    isWritten = true
  })
  expect([written, isWritten, timers]).toEqual([['kafka'], true, []])
})

test('while the database is away an act goes on without its entry, which follows later, in order', async () => {
  const told: string[] = []
  append = isAway
  for (const subject of ['mariadb', 'redis']) await trail.record(act(subject), () => void told.push(subject))
  expect([told, timers.map(({ delayMs }) => delayMs)]).toEqual([[], [5_000]])

  append = works
  fire(5_000)
  await turn()
  expect([written, told, timers]).toEqual([['mariadb', 'redis'], ['mariadb', 'redis'], []])
})

test('while the database is silent an act waits two seconds for its entry, and no entry is begun twice', async () => {
  const gate = Promise.withResolvers<void>()
  append = async one => {
    await gate.promise
    return works(one)
  }
  let hasGoneOn = false
  const first = trail
    .record(act('kafka'), () => {})
    .then(() => {
      hasGoneOn = true
    })
  const second = trail.record(act('redis'), () => {})
  await turn()
  expect(hasGoneOn).toBe(false)
  fire(2_000)
  await Promise.all([first, second])
  expect(written).toEqual([])
  gate.resolve()
  await turn()
  expect(written).toEqual(['kafka', 'redis'])
})

test('what was never written is said at the end, and not tried again', async () => {
  append = isAway
  await trail.record(act('mariadb'), () => {})
  trail.close()
  await turn()
  expect([said, timers]).toEqual([['demo panel: the audit log lacks mariadb by kim'], []])
})

test('an entry whose key is another act’s holds up nobody, and is said', async () => {
  append = async one => one.entry.subject !== 'kafka' && works(one)
  await trail.record(act('kafka'), () => {})
  await trail.record(act('redis'), () => {})
  expect([written, said]).toEqual([['redis'], ['demo panel: the audit log lacks kafka by kim']])
})
