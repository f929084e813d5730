import MaskedDiffusion
import Testing

@Suite struct CanvasNumberTests {
  private let canvas = Canvas(prompt: [3, 1], length: 4, maskToken: 11)
  private let commitment = Canvas.Commitment(step: 1, confidence: 0.5, entropy: 1)

  @Test func everyChangeChangesItAndUndoingRestoresIt() {
    let changes: [(inout Canvas) -> Void] = [
      { [commitment] in $0.unmask(3, token: 5, commitment: commitment) },
      { $0.put(5, at: 3) }, { $0.put(5, at: 3, isGiven: true) }, { $0.setLocked(true, at: 3) },
      { $0.growAnswer(by: 1) }, { $0.growAnswer(by: -1) }, { $0.delete(2..<3) },
      { [commitment] in $0.replace(0, token: 4, commitment: commitment) },
    ]
    var numbers = [canvas.number]
    for change in changes {
      var changed = canvas
      change(&changed)
      numbers.append(changed.number)
    }
    // Growing and shrinking at the end: the last two shorten by one each, which is the same.
    #expect(Set(numbers).count == numbers.count - 1)
    var changed = canvas
    changed.unmask(3, token: 5, commitment: commitment)
    changed.remask(3)
    #expect(changed == canvas)
    changed.insertMasks(2, before: 4)
    changed.delete(3..<5)
    #expect(changed == canvas)
  }

  @Test func theOrderOfChangesDoesNotMatter() {
    var first = canvas
    var second = canvas
    first.put(5, at: 3)
    first.put(6, at: 4)
    second.put(6, at: 4)
    second.put(5, at: 3)
    #expect(first.number == second.number)
    second.put(5, at: 4)
    second.put(6, at: 3)
    #expect(first.number != second.number)
  }
}
