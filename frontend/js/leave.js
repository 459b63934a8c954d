// Leave this page: the link works without script; with it, the page goes blank at once and the way back is cut.
// Escape three times does the same from anywhere on the page.
const WITHIN = 2000
const PRESSES = 3

export function leave (root) {
  const link = root.querySelector('[data-leave]')
  if (!link) return
  const go = (event) => {
    event.preventDefault()
    root.body.hidden = true
    root.title = ' '
    try { sessionStorage.clear() } catch { /* storage is switched off: nothing to clear */ }
    location.replace(link.href)
  }
  let presses = []
  link.addEventListener('click', go)
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    presses = [...presses, event.timeStamp].filter((at) => event.timeStamp - at < WITHIN)
    if (presses.length >= PRESSES) go(event)
  })
}
