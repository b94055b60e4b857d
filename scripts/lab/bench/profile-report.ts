/** Prints what `--profile` found. */
import type { ProfileResult } from './profile.ts'
import { originLines, type Section } from './report.ts'

const MODULES_SHOWN = 30
const SHARE_MIN = 0.003

export const profileHeader = (result: ProfileResult): string[] => {
  const { concurrency, seconds, warmupSeconds } = result.settings
  const { requests, idleMs, cpuSeconds } = result.profile
  const cpu = cpuSeconds === null ? 'n/a' : `${((cpuSeconds * 1_000) / requests).toFixed(2)} ms a request`
  return [
    ...originLines(result),
    `${requests} authorizes at ${concurrency} in ${seconds} s after ${warmupSeconds} s of warm-up; the API's thread was idle ${(idleMs / 10 / seconds).toFixed(0)} % of it`,
    `CPU time of the API process, all threads: ${cpu}`,
  ]
}

export const profileSections = (result: ProfileResult): Section[] => [modules(result), commands(result), costs(result)]

function modules({ profile }: ProfileResult): Section {
  const busyMs = profile.modules.reduce((sum, { selfMs }) => sum + selfMs, 0)
  const shown = profile.modules.filter(({ selfMs }) => selfMs / busyMs >= SHARE_MIN).slice(0, MODULES_SHOWN)
  const restMs = busyMs - shown.reduce((sum, { selfMs }) => sum + selfMs, 0)
  const percent = (ms: number) => `${((ms / busyMs) * 100).toFixed(1)} %`
  const perRequest = (ms: number) => ((ms * 1_000) / profile.requests).toFixed(0)
  const row = (module: string, selfMs: number, withNodeMs: number) => [
    module,
    percent(selfMs),
    perRequest(selfMs),
    percent(withNodeMs),
    perRequest(withNodeMs),
  ]
  const restWithNodeMs = busyMs - shown.reduce((sum, { withNodeMs }) => sum + withNodeMs, 0)
  return {
    title:
      "Time of the API's thread while authorizing, by module: its own code, and with the code of Node that it called",
    rows: [
      ['module', 'own', 'µs/request', 'with Node', 'µs/request'],
      ...shown.map(({ module, selfMs, withNodeMs }) => row(module, selfMs, withNodeMs)),
      row('all others', restMs, restWithNodeMs),
      row('together', busyMs, busyMs),
    ],
  }
}

const commands = (result: ProfileResult): Section => ({
  title: 'Round trips of one authorize to MariaDB, in order, as seen on the wire',
  words: true,
  rows: [['round trip', 'statements'], ...result.commands.map((text, index) => [String(index + 1), text])],
})

function costs({ costs: all }: ProfileResult): Section {
  const names = [...new Set(all.flatMap(({ counters }) => Object.keys(counters)))]
  const head = all.map(({ unit, kafka }) =>
    kafka === 'stopped' ? `${unit}, request alone` : `${unit}, with relay and consumer`,
  )
  const row = (name: string, values: number[]) => [name, ...values.map(value => value.toFixed(2))]
  return {
    title:
      'What one authorize, one flow (three requests) costs MariaDB; what the waiting system does by itself is taken off',
    rows: [
      ['per unit', ...head],
      row(
        'round trips',
        all.map(({ roundTrips }) => roundTrips),
      ),
      ...names.map(name =>
        row(
          name,
          all.map(({ counters }) => counters[name] ?? Number.NaN),
        ),
      ),
    ],
  }
}
