/** A text whose ids lead to what they name: to its page, or to the search for what is shown with another thing. */
import { Link } from '@tanstack/react-router'
import { idsIn, type Piece } from './ids-in.ts'

interface LinkedIdsProps {
  text: string
  /** Of the links. */
  className?: string
}

export function LinkedIds({ text, className }: LinkedIdsProps) {
  return idsIn(text).map(piece => <LinkedPiece key={piece.at} piece={piece} className={className} />)
}

function LinkedPiece({ piece, className }: { piece: Piece; className: string | undefined }) {
  const { text } = piece
  switch (piece.kind) {
    case 'text':
      return text
    case 'lookup':
      return (
        <Link to="/lookup" search={{ id: text }} className={className}>
          <code>{text}</code>
        </Link>
      )
    case 'page':
      return (
        <Link to={piece.address} className={className}>
          <code>{text}</code>
        </Link>
      )
  }
}
