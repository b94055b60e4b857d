/** Exchanges a link for a session of the console, as its page does. */
import { SECRET_HEADER, SESSION_COOKIE } from '../../../shared/contracts/console.ts'
import { until } from '../../../shared/runtime/until.ts'

/**
 * The headers of each request in the session, as the page at `url` sends them. Waits while too many wrong tries were made from this
 * machine: a 429 uses no link up. Throws when the link is refused.
 */
export async function signIn(url: string, secret: string): Promise<Record<string, string>> {
  const fromPage = { origin: url, 'sec-fetch-site': 'same-origin' }
  const answer = await until(
    async () => {
      const response = await fetch(`${url}/operator/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...fromPage },
        body: JSON.stringify({ secret }),
      })
      const text = await response.text()
      return response.status === 429 ? undefined : { response, text }
    },
    { what: 'a sign-in that is allowed' },
  )
  const { response, text } = answer
  if (response.status !== 201) throw new Error(`signing in to the console: ${response.status} ${text}`)
  const cookie = response.headers.getSetCookie().find(each => each.startsWith(`${SESSION_COOKIE}=`))!
  const { secret: requestSecret } = JSON.parse(text) as { secret: string }
  return { ...fromPage, cookie: cookie.split(';')[0]!, [SECRET_HEADER]: requestSecret }
}
