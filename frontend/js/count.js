// Says how many characters are left once most are used. The words come from the page, so that they are in its language.
const FROM = 0.8

export function count (root) {
  for (const box of root.querySelectorAll('[data-count]')) {
    const limit = Number(box.dataset.count)
    const note = root.createElement('p')
    note.className = 'govuk-hint app-count'
    note.setAttribute('role', 'status')
    box.after(note)
    let timer
    const say = () => {
      const left = limit - [...box.value].length
      const over = left < 0
      note.classList.toggle('app-count--over', over)
      note.textContent = left > limit * (1 - FROM)
        ? ''
        : `${over ? box.dataset.countOver : box.dataset.countLeft} ${new Intl.NumberFormat(root.documentElement.lang || undefined).format(Math.abs(left))}`
    }
    box.addEventListener('input', () => {
      clearTimeout(timer)
      timer = setTimeout(say, 400)
    })
    say()
  }
}
