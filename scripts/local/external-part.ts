/** Somebody else's service, named by DATABASE_URL, KAFKA_BROKERS, REDIS_URL, ACQUIRER_URL or BANK_URL: shown, and never touched. */
import type { ExternalName } from './plan-ports.ts'
import type { ProcessRow } from './run-file.ts'
import type { SystemPart } from './supervised-process.ts'

export class ExternalPart implements SystemPart {
  readonly name: ExternalName
  readonly #port: number

  constructor(name: ExternalName, port: number) {
    this.name = name
    this.#port = port
  }

  row(): ProcessRow {
    return { name: this.name, port: this.#port, state: 'external', restarts: 0 }
  }

  async start() {}
  async stop() {}
  async kill() {}
  async pause() {}
  async resume() {}
  async killNow() {}
}
