/** Which API the smoke test talks to: one that is named, or the one of the running `npm start`. */
import { dataFolder } from '../../local/paths.ts'
import { namedRunFile, readRunFile } from '../../local/run-file.ts'

type Environment = Record<string, string | undefined>

export interface NamedApi {
  api?: string
  runFile?: string
  /** The file that `env` was read from. With one, no other system is used. */
  envFile?: string
}

/**
 * The base URL without a slash at its end. `--api` wins, then a named run file (`--run-file`, PAY_RUN_FILE), then API_URL,
 * then what `npm start` wrote: as every other tool does. With an env file only API_URL is left. Throws with what to do when
 * none of them names one.
 */
export function findApi(named: NamedApi, env: Environment, mainRunFile = dataFolder('main').runFile): string {
  if (named.api) return baseUrl(named.api)
  const runFile = named.runFile ?? env.PAY_RUN_FILE
  if (runFile) return baseUrl(namedRunFile(runFile).env.API_URL)
  if (named.envFile && !env.API_URL)
    throw new Error(`neither ${named.envFile} nor the environment says API_URL; --api names an API, too`)
  const apiUrl = env.API_URL || readRunFile(mainRunFile)?.env.API_URL
  if (apiUrl) return baseUrl(apiUrl)
  throw new Error(
    'no running system: `npm start` first, or name an API: `npm run smoke -- --api http://127.0.0.1:8080`',
  )
}

function baseUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Error(`"${text}" is no address of an API; one looks like http://127.0.0.1:8080`)
  return url.href.replace(/\/+$/, '')
}
