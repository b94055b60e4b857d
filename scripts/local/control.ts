/** Talks to a running starter over its control socket. */
import { request } from 'node:http'
import { type ProcessName, type ProcessRow, type RunFile, readRunFile, runFilePath } from './run-file.ts'

export interface Control {
  status(): Promise<RunFile>
  /** Ends it in an orderly way and holds it down. */
  stop(name: ProcessName): Promise<ProcessRow>
  /** SIGKILL to its process group; the starter brings it back. Answers when it is dead. */
  kill(name: ProcessName): Promise<ProcessRow>
  /** Answers when it is ready. */
  start(name: ProcessName): Promise<ProcessRow>
  /** SIGSTOP to its process group: it keeps its memory and its connections, and does not answer. Fails unless it is ready. */
  pause(name: ProcessName): Promise<ProcessRow>
  /** SIGCONT. Fails unless it is paused. */
  resume(name: ProcessName): Promise<ProcessRow>
}

/** The control of the system that `PAY_RUN_FILE` (or `path`) describes. Throws when none is running. */
export function connectControl(path = runFilePath()): Control {
  const run = readRunFile(path)
  if (!run) throw new Error(`nothing is running: there is no ${path}. Start it with \`npm start\`.`)
  const ask = <T>(method: string, target: string) => askSocket<T>(run.controlSocket, method, target)
  return {
    status: () => ask<RunFile>('GET', '/status'),
    stop: name => ask<ProcessRow>('POST', `/stop/${name}`),
    kill: name => ask<ProcessRow>('POST', `/kill/${name}`),
    start: name => ask<ProcessRow>('POST', `/start/${name}`),
    pause: name => ask<ProcessRow>('POST', `/pause/${name}`),
    resume: name => ask<ProcessRow>('POST', `/resume/${name}`),
  }
}

function askSocket<T>(socketPath: string, method: string, path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path }, async response => {
      const chunks = await response.setEncoding('utf8').toArray()
      const body = JSON.parse(chunks.join(''))
      if (response.statusCode === 200) resolve(body as T)
      else reject(new Error(body.message))
    })
    call
      .once('error', cause =>
        reject(new Error('the starter does not answer; `npm run status` says what is left of it', { cause })),
      )
      .end()
  })
}
