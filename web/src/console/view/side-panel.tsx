/** What stands beside a list: the row that is open in it. Esc closes it by its link `data-panel-close`. */
import { type ReactNode, useEffect, useRef } from 'react'

interface SidePanelProps {
  /** The id of its heading. */
  labelledBy: string
  /** What is open: when it changes, the focus goes there. */
  shown: string
  children: ReactNode
}

export function SidePanel({ labelledBy, shown, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    // Whoever opens the page by its address begins at its beginning.
    if (shown !== '' && document.activeElement !== document.body) panel.current?.focus()
  }, [shown])
  return (
    <aside className="side-panel" aria-labelledby={labelledBy} tabIndex={-1} ref={panel}>
      {children}
    </aside>
  )
}
