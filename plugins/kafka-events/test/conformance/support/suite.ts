/** Runs all live rows at the same time: their topics, the processes, and each row's judgement. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { type FixtureApp, startService } from '../../fixture-app.ts'
import { Broker, LiveRun } from './live-run.ts'
import type { AppName, LiveTest, Names, Row } from './row.ts'
import { type LiveFunction, writeService } from './service.ts'

type LiveRow = Row & { test: LiveTest }
export const isLive = (row: Row): row is LiveRow => row.test?.kind === 'live'

interface RunningApp {
  app: FixtureApp
  folder: string
}

export class Suite {
  readonly #rows: LiveRow[]
  readonly #brokers: string
  readonly #broker: Broker
  readonly #prefix = `conformance-${randomBytes(3).toString('hex')}`
  readonly #apps = new Map<AppName, RunningApp>()
  readonly #over = new AbortController()
  readonly #judgements = new Map<Row, Promise<unknown>>()

  constructor(rows: Row[], brokers: string) {
    this.#rows = rows.filter(isLive)
    this.#brokers = brokers
    this.#broker = new Broker(brokers)
  }

  /** Returns when every row is being judged. */
  async start(): Promise<void> {
    const functions = this.#functions()
    await this.#broker.connect()
    await this.#prepare(functions)
    for (const [name, of] of Map.groupBy(functions, ({ test }) => test.app ?? 'main')) {
      const folder = writeService(name, of, this.#brokers)
      this.#apps.set(name, { folder, app: await startService(folder, {}) })
    }
    this.#judgeAll()
  }

  /** Throws what is wrong with a row. */
  async verdict(row: Row): Promise<void> {
    const error = await this.#judgements.get(row)
    if (error) throw error
  }

  async stop(): Promise<void> {
    this.#over.abort()
    await Promise.all(this.#judgements.values())
    for (const { app } of this.#apps.values()) app.signal('SIGKILL')
    await Promise.all([...this.#apps.values()].map(({ app }) => app.exited))
    await this.#broker.deleteTopics(this.#prefix)
    await this.#broker.disconnect()
    for (const { folder } of this.#apps.values()) rmSync(folder, { recursive: true })
  }

  /** One per id. */
  #functions(): LiveFunction[] {
    const tests = new Map(this.#rows.map(({ test }) => [test.id, test]))
    return [...tests.values()].map(test => ({ test, names: this.#namesOf(test) }))
  }

  #namesOf({ id }: LiveTest): Names {
    const topic = `${this.#prefix}.${id}`
    return { topic, groupId: topic, onFailureTopic: `${topic}.failed` }
  }

  async #prepare(functions: LiveFunction[]): Promise<void> {
    await this.#broker.createTopics(functions.flatMap(topicsOf))
    await Promise.all(functions.map(part => this.#fill(part)))
  }

  async #fill({ test, names }: LiveFunction): Promise<void> {
    const { id, before, committedBefore, committedAsBefore, deletedBefore } = test
    await this.#broker.produce(names.topic, before?.(names) ?? [])
    if (committedBefore !== undefined) await this.#broker.setOffset(names, committedBefore)
    if (committedAsBefore !== undefined) await this.#broker.setOffset({ ...names, groupId: id }, committedAsBefore)
    if (deletedBefore !== undefined) await this.#broker.deleteRecords(names.topic, deletedBefore)
  }

  #judgeAll(): void {
    const [last, others] = [this.#rows.filter(({ test }) => test.last), this.#rows.filter(({ test }) => !test.last)]
    const ended = Promise.withResolvers<unknown>()
    for (const row of [...others, ...last]) this.#judgements.set(row, this.#judge(row, ended.promise))
    void Promise.all(others.map(row => this.#judgements.get(row))).then(ended.resolve)
  }

  /** The error, since nobody may be waiting for it yet. */
  async #judge({ test }: LiveRow, others: Promise<unknown>): Promise<unknown> {
    const { app, folder } = this.#apps.get(test.app ?? 'main')!
    const system = { brokers: this.#brokers, folder, app, broker: this.#broker, over: this.#over.signal }
    try {
      const early = app.exited.then(code => {
        throw new Error(`the process ended with ${code}:\n${app.output()}`)
      })
      if (test.last) await others
      await Promise.race([test.judge(new LiveRun(test, this.#namesOf(test), system)), early])
    } catch (error) {
      return error
    }
  }
}

function topicsOf({ test, names }: LiveFunction) {
  const topic = { topic: names.topic, numPartitions: test.partitions ?? 1, config: test.topicConfig }
  const onFailure = { ...topic, topic: names.onFailureTopic, numPartitions: test.onFailure === 'topic' ? 1 : 0 }
  return [topic, onFailure].filter(({ numPartitions }) => numPartitions > 0)
}
