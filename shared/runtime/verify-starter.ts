/** Asks the starter of this machine, by its control socket, to begin a process that verifies. */
import { request } from 'node:http'
import type { VerifyStarter } from '../settlement/ports.ts'

/** It only begins a process. */
const TIMEOUT_MS = 3_000

export const verifyStarterAt = (socketPath: string): VerifyStarter => ({
  start: runId =>
    new Promise((resolve, reject) => {
      const refuse = (cause: unknown) => reject(new Error('the starter does not begin it', { cause }))
      request({ socketPath, method: 'POST', path: `/verify/${runId}`, timeout: TIMEOUT_MS }, response => {
        response.resume()
        if (response.statusCode === 200) resolve()
        else refuse(`it answers ${response.statusCode}`)
      })
        .once('timeout', function timedOut(this: { destroy(error: Error): void }) {
          this.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`))
        })
        .once('error', refuse)
        .end()
    }),
})
