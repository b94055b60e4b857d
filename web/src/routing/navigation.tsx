/**
 * Moves between pages with the browser's own history, so that back, forward and reload do what they do elsewhere.
 * Four addresses need no library: this is the listener, the push and the link that one would bring.
 */
import { type AnchorHTMLAttributes, useSyncExternalStore } from 'react'
import { type Page, pageAt } from './page.ts'

const subscribe = (listener: () => void) => {
  addEventListener('popstate', listener)
  return () => removeEventListener('popstate', listener)
}

const pathname = () => location.pathname

export const usePathname = (): string => useSyncExternalStore(subscribe, pathname)

export const usePage = (): Page => pageAt(usePathname())

/** A language in the address goes along: such an address was made to be shown in it. */
export function addressOf(path: string): string {
  const language = new URLSearchParams(location.search).get('lang')
  return language === null ? path : `${path}?${new URLSearchParams({ lang: language })}`
}

export function navigate(path: string): void {
  history.pushState(null, '', addressOf(path))
  scrollTo(0, 0)
  dispatchEvent(new PopStateEvent('popstate'))
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string }

/** A real link: opened in a new tab or copied it works as any other. */
export const Link = ({ to, onClick, ...rest }: LinkProps) => (
  <a
    {...rest}
    href={addressOf(to)}
    onClick={event => {
      onClick?.(event)
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      navigate(to)
    }}
  />
)
