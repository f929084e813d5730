package import MaskedDiffusion

/// Canvases for every step of a run: a function of (seed, step).
package struct CanvasSource: Sendable {
  /// How texts are put on canvases.
  package enum Filling: String, CaseIterable, Sendable {
    /// One text a canvas; ends of text fill the rest.
    case texts
    /// Canvases are cut from all texts one after the other, each followed by an end of text.
    case packed
  }

  package struct Settings: Equatable, Sendable {
    package var filling: Filling
    /// The most positions of a canvas.
    package var canvasLength: Int
    /// About how many positions a step has.
    package var positionsOfStep: Int
    /// The share of texts whose prompt stays unmasked.
    package var promptShare: Double
    /// The share of steps whose canvases are cut to a random length (SMDM: 0.01).
    package var randomLengthShare: Double
    /// The share of canvases that are wider than their text needs, so that a model learns to end early.
    package var slack: Double

    package init(
      filling: Filling = .texts, canvasLength: Int = 128, positionsOfStep: Int = 4096,
      promptShare: Double = 1, randomLengthShare: Double = 0, slack: Double = 0.2
    ) {
      self.filling = filling
      self.canvasLength = canvasLength
      self.positionsOfStep = positionsOfStep
      self.promptShare = promptShare
      self.randomLengthShare = randomLengthShare
      self.slack = slack
    }
  }

  /// A text as tokens, with how many of them are its prompt.
  package typealias EncodedText = (tokens: [TokenID], promptLength: Int)

  /// Texts made anew for every step, without end.
  package typealias FreshTexts = @Sendable (_ step: Int) -> AnyIterator<EncodedText>

  package let settings: Settings
  private let corpus: TokenCorpus
  private let fresh: FreshTexts?
  private let seed: UInt64
  /// For texts: those that fit, the shortest first.
  private let order: [Int]
  /// Widths of canvases, and for each how many texts of `order` fit.
  private let buckets: [(width: Int, textCount: Int)]

  /// Widths are multiples of this.
  private static let widthUnit = 16
  private static let mostBuckets = 3

  /// Texts that are made for a canvas at most before one of the corpus is taken.
  private static let mostTries = 64

  /// Creates the source of a corpus.
  ///
  /// - Parameters:
  ///   - corpus: The texts; with `fresh`, examples that say how long texts are.
  ///   - settings: How they are put on canvases.
  ///   - seed: The seed of the run.
  ///   - fresh: Makes texts for every step in place of those of the corpus; for one text a canvas.
  /// - Throws: ``TrainingError/textsTooLong(canvasLength:shortest:)``, or
  ///   ``TrainingError/noTexts(path:)`` for an empty corpus.
  package init(
    _ corpus: TokenCorpus, _ settings: Settings, seed: UInt64, fresh: FreshTexts? = nil
  ) throws(TrainingError) {
    self.corpus = corpus
    self.fresh = fresh
    self.settings = settings
    self.seed = seed
    guard !corpus.tokens.isEmpty else { throw .noTexts(path: "the data") }
    guard settings.filling == .texts else {
      order = []
      buckets = []
      return
    }
    let fitting = corpus.texts.indices.filter { corpus.texts[$0].count <= settings.canvasLength }
    guard !fitting.isEmpty else {
      throw .textsTooLong(
        canvasLength: settings.canvasLength, shortest: corpus.texts.map(\.count).min() ?? 0)
    }
    order = fitting.sorted { (corpus.texts[$0].count, $0) < (corpus.texts[$1].count, $1) }
    buckets = Self.buckets(
      needs: order.map { min(corpus.texts[$0].count + 1, settings.canvasLength) },
      canvasLength: settings.canvasLength)
  }

  /// The texts that are never seen, because they are longer than a canvas.
  package var leftOutCount: Int {
    settings.filling == .texts ? corpus.texts.count - order.count : 0
  }

  /// The canvases of a step, all of one length.
  package func canvases(step: Int) -> [CanvasText] {
    let random = TrainingRandom(seed: seed)
    var common = random.stream(.length, step: step)
    var canvases =
      switch settings.filling {
      case .texts: textCanvases(step: step, random, &common)
      case .packed: packedCanvases(step: step, random)
      }
    if common.nextUniform() < settings.randomLengthShare, let length = canvases.first?.tokens.count
    {
      let shorter = 1 + Int(common.nextUniform() * Double(length))
      for index in canvases.indices {
        canvases[index].tokens = Array(canvases[index].tokens.prefix(shorter))
      }
    }
    return canvases
  }

  private func packedCanvases(step: Int, _ random: TrainingRandom) -> [CanvasText] {
    let length = settings.canvasLength
    return (0..<max(1, settings.positionsOfStep / length)).map { canvas in
      var own = random.stream(.document, step: step, canvas: canvas)
      // A place in all texts with an end behind each.
      let place = Int(own.nextUniform() * Double(corpus.tokens.count + corpus.texts.count))
      return CanvasText(tokens: corpus.window(from: place, count: length))
    }
  }

  private func textCanvases(
    step: Int, _ random: TrainingRandom, _ common: inout SplitMix64
  ) -> [CanvasText] {
    // Each width has as many positions in the long run as its texts need.
    var starts = [0]
    for bucket in buckets.dropLast() { starts.append(bucket.textCount) }
    let sizes = zip(buckets, starts).map { Double(($0.textCount - $1) * $0.width) }
    var rest = common.nextUniform() * sizes.reduce(0, +)
    let chosen = sizes.firstIndex { size in
      rest -= size
      return rest < 0
    }
    let number = chosen ?? buckets.count - 1
    let (width, end) = buckets[number], start = starts[number]
    let narrower = number > 0 ? buckets[number - 1].width : 0
    let made = fresh?(step)
    return (0..<max(1, settings.positionsOfStep / width)).map { canvas in
      var own = random.stream(.document, step: step, canvas: canvas)
      let hasSlack = own.nextUniform() < settings.slack
      let first = hasSlack ? 0 : start
      let place = first + Int(own.nextUniform() * Double(end - first))
      let keepsPrompt = own.nextUniform() < settings.promptShare
      let text =
        made.flatMap { next($0, fitting: hasSlack ? 0 : narrower, width) } ?? text(order[place])
      return self.canvas(text, width: width, keepsPrompt: keepsPrompt)
    }
  }

  /// The next text that needs more than `narrower` positions and at most `width`.
  private func next(
    _ texts: AnyIterator<EncodedText>, fitting narrower: Int, _ width: Int
  ) -> EncodedText? {
    for _ in 0..<Self.mostTries {
      guard let text = texts.next() else { return nil }
      guard text.tokens.count <= settings.canvasLength else { continue }
      let need = min(text.tokens.count + 1, settings.canvasLength)
      if need > narrower, need <= width { return text }
    }
    return nil
  }

  private func text(_ index: Int) -> EncodedText {
    let text = corpus.texts[index]
    return (Array(corpus.tokens[text.first..<text.first + text.count]), text.promptLength)
  }

  private func canvas(_ text: EncodedText, width: Int, keepsPrompt: Bool) -> CanvasText {
    let ends = repeatElement(corpus.endToken, count: max(0, width - text.tokens.count))
    return CanvasText(
      tokens: Array(text.tokens.prefix(width)) + ends,
      promptLength: keepsPrompt ? min(text.promptLength, width) : 0)
  }

  /// Every text on the narrowest canvas it fits, for measuring; whole canvases of the packed texts.
  ///
  /// - Returns: Batches of canvases of equal length, `limit` canvases at most.
  package func everyCanvas(limit: Int) -> [[CanvasText]] {
    guard settings.filling == .texts else {
      let length = settings.canvasLength
      let count = min(limit, max(1, (corpus.tokens.count + corpus.texts.count) / length))
      return [
        (0..<count).map { CanvasText(tokens: corpus.window(from: $0 * length, count: length)) }
      ]
    }
    var start = 0
    let stride = max(1, (order.count + limit - 1) / limit)
    return buckets.compactMap { bucket in
      let places = (start..<bucket.textCount).filter { $0 % stride == 0 }
      start = bucket.textCount
      guard !places.isEmpty else { return nil }
      return places.map { canvas(text(order[$0]), width: bucket.width, keepsPrompt: false) }
    }
  }

  /// The few widths that leave the least padding, the last one the longest.
  private static func buckets(
    needs: [Int], canvasLength: Int
  ) -> [(width: Int, textCount: Int)] {
    let longest = min(canvasLength, (needs.last! + widthUnit - 1) / widthUnit * widthUnit)
    let candidates = Array(stride(from: widthUnit, to: longest, by: widthUnit))
    func fitting(_ width: Int) -> Int { needs.partitioningIndex { $0 > width } }
    let counts = candidates.map(fitting)
    var best = (cost: longest * needs.count, chosen: [Int]())
    func tryAll(_ chosen: [Int], from first: Int) {
      if !chosen.isEmpty {
        var cost = 0, before = 0
        for index in chosen {
          cost += candidates[index] * (counts[index] - before)
          before = counts[index]
        }
        cost += longest * (needs.count - before)
        if cost < best.cost { best = (cost, chosen) }
      }
      guard chosen.count < mostBuckets - 1 else { return }
      for index in first..<max(first, candidates.count) {
        tryAll(chosen + [index], from: index + 1)
      }
    }
    tryAll([], from: 0)
    let narrow = best.chosen.map { (width: candidates[$0], textCount: counts[$0]) }
    return narrow.filter { $0.textCount > 0 } + [(longest, needs.count)]
  }
}

extension Array {
  /// The first index of a sorted array whose element fulfils `predicate`.
  func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var low = 0, high = count
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension TokenCorpus {
  /// `count` tokens from a place in all texts, an end behind each; from the beginning again after the
  /// last.
  fileprivate func window(from place: Int, count: Int) -> [TokenID] {
    // Text i begins at its first token plus the i ends before it.
    var low = 0, high = texts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if texts[middle].first + middle <= place { low = middle } else { high = middle }
    }
    var text = low, offset = place - texts[low].first - low
    var window: [TokenID] = []
    window.reserveCapacity(count)
    while window.count < count {
      let own = texts[text]
      if offset < own.count {
        let taken = min(own.count - offset, count - window.count)
        window += tokens[own.first + offset..<own.first + offset + taken]
        offset += taken
      } else {
        window.append(endToken)
        text = (text + 1) % texts.count
        offset = 0
      }
    }
    return window
  }
}
