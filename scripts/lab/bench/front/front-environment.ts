/** What a `serverless offline` is given so that the minimal front stands in its process. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const preload = pathToFileURL(join(import.meta.dirname, 'preload.ts')).href
const quiet = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning']

/** Wins over what its starter would say. */
export const frontEnvironment = (port: number): Record<string, string> => ({
  FRONT_PORT: String(port),
  NODE_OPTIONS: [process.env.NODE_OPTIONS, ...quiet, `--import=${preload}`].filter(Boolean).join(' '),
})
