/**
 * Asks MariaDB and Kafka for the starter: whether they answer, for tables and topics, and for a link to the console. In a process that ends when nothing has
 * been asked for a while, since the clients' code would stay in the starter's memory for as long as the system runs.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Claim } from '../../shared/payments/ports.ts'
import type { AuditEntry } from '../../shared/settlement/ports.ts'
import type { ConsoleInvitation } from './console-invitation.ts'
import type { SystemEnv } from './run-file.ts'

/** An act of the demo panel, under its key. */
export interface DemoAudit {
  claim: Claim
  entry: AuditEntry
}

/** By the address of the database, of the brokers, or by all addresses. */
export interface Tasks {
  probeMariadb(databaseUrl: string): Promise<void>
  probeKafka(brokers: string): Promise<void>
  /** The names of the migrations applied. */
  migrate(databaseUrl: string): Promise<string[]>
  /** The names of the topics created. */
  createTopics(brokers: string): Promise<string[]>
  inviteToConsole(env: SystemEnv): Promise<ConsoleInvitation | undefined>
  /** False when its key is another act's. */
  appendDemoAct(asked: { env: SystemEnv; act: DemoAudit }): Promise<boolean>
}

export interface Question {
  id: number
  task: keyof Tasks
  argument: string | SystemEnv | { env: SystemEnv; act: DemoAudit }
}

export interface Answer {
  id: number
  /** Of a task that has one. */
  value?: unknown
  error?: unknown
}

const PROGRAM = join(import.meta.dirname, 'client-process.ts')
/** Longer than between the steps of a start. */
const QUIET_MS = 5_000
/** Known harmless (scripts/run.mjs). */
const harmless = ['ExperimentalWarning', 'TimeoutNegativeWarning'].map(name => `--disable-warning=${name}`)

interface Asking {
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** The process begins with the first question, and keeps nobody alive. */
export class Clients implements Tasks {
  readonly #program: string
  readonly #quietMs: number
  readonly #asking = new Map<number, Asking>()
  #process: ChildProcess | undefined
  #lastId = 0
  #quiet: NodeJS.Timeout | undefined

  constructor(program = PROGRAM, quietMs = QUIET_MS) {
    this.#program = program
    this.#quietMs = quietMs
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  probeMariadb(databaseUrl: string): Promise<void> {
    return this.#ask('probeMariadb', databaseUrl)
  }

  probeKafka(brokers: string): Promise<void> {
    return this.#ask('probeKafka', brokers)
  }

  migrate(databaseUrl: string): Promise<string[]> {
    return this.#ask('migrate', databaseUrl)
  }

  createTopics(brokers: string): Promise<string[]> {
    return this.#ask('createTopics', brokers)
  }

  inviteToConsole(env: SystemEnv): Promise<ConsoleInvitation | undefined> {
    return this.#ask('inviteToConsole', env)
  }

  appendDemoAct(asked: { env: SystemEnv; act: DemoAudit }): Promise<boolean> {
    return this.#ask('appendDemoAct', asked)
  }

  #ask<T>(task: Question['task'], argument: Question['argument']): Promise<T> {
    clearTimeout(this.#quiet)
    this.#process ??= this.#begin()
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const id = ++this.#lastId
    this.#asking.set(id, { resolve: resolve as Asking['resolve'], reject })
    this.#process.send({ id, task, argument } satisfies Question)
    return promise
  }

  /** In a group of its own, so that a terminal's Ctrl-C does not end a migration. */
  #begin(): ChildProcess {
    const child = fork(this.#program, { execArgv: harmless, serialization: 'advanced', detached: true })
    child.unref()
    child.channel?.unref()
    child.on('message', answer => this.#settle(answer as Answer))
    child.on('error', error => this.#failed(child, error))
    child.on('exit', (code, signal) => this.#failed(child, new Error(`the clients' process ended (${code ?? signal})`)))
    return child
  }

  #settle({ id, value, error }: Answer): void {
    const asking = this.#asking.get(id)
    this.#asking.delete(id)
    if (error === undefined) asking?.resolve(value)
    else asking?.reject(error)
    if (this.#asking.size === 0) this.#quiet = setTimeout(() => this.#end(), this.#quietMs).unref()
  }

  /** It has ended by itself: the next question begins another. */
  #failed(child: ChildProcess, error: Error): void {
    if (this.#process !== child) return
    this.#process = undefined
    for (const { reject } of this.#asking.values()) reject(error)
    this.#asking.clear()
  }

  #end(): void {
    this.#process?.disconnect()
    this.#process = undefined
  }
}

/** The starter's. */
export const clients = new Clients()
