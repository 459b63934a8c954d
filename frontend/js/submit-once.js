// A double click sends a form once. Nothing is disabled, so a send that went astray can be repeated after a moment;
// the server tells a repeat from a new one by the form's own token.
const PAUSE = 4000

export function submitOnce (root) {
  const sent = new WeakMap()
  const status = root.querySelector('[data-sending]')
  root.addEventListener('submit', (event) => {
    if (event.defaultPrevented || event.target.method !== 'post') return
    if (event.timeStamp - (sent.get(event.target) ?? -PAUSE) < PAUSE) {
      event.preventDefault()
      return
    }
    sent.set(event.target, event.timeStamp)
    if (status) status.textContent = status.dataset.sending
  })
  // Coming back with the browser's back button shows the page as it was left.
  addEventListener('pageshow', () => { if (status) status.textContent = '' })
}
