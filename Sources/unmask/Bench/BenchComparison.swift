import FoundationEssentials

/// A measurement against an earlier one.
struct BenchComparison {
  /// A figure both have.
  struct Ratio {
    var name: String
    var before: Double
    var now: Double
    /// Above 1 is better, whichever way the figure counts.
    var improvement: Double
  }

  /// What an earlier run wrote, as far as it is compared.
  private struct Earlier: Decodable {
    var loadMilliseconds: Double?
    var forwardMilliseconds: Double?
    var gigaflops: Double?
    var peakShare: Double?
    var stepMilliseconds: Double?
    var samplerMilliseconds: Double?
    var peakMemory: Double?

    enum CodingKeys: String, CodingKey {
      case loadMilliseconds = "load_ms"
      case forwardMilliseconds = "forward_ms"
      case gigaflops = "gflops"
      case peakShare = "peak_share"
      case stepMilliseconds = "step_ms"
      case samplerMilliseconds = "sampler_ms"
      case peakMemory = "peak_memory_bytes"
    }
  }

  let ratios: [Ratio]

  /// Compares `measurement` with what `bench --json` wrote to the file at `path`.
  ///
  /// - Throws: ``FileError`` when that cannot be read.
  init(_ measurement: BenchMeasurement, with path: String) throws(FileError) {
    let bytes = try InputFile.bytes(of: path)
    let earlier: Earlier
    do {
      earlier = try JSONDecoder().decode(Earlier.self, from: Data(bytes))
    } catch {
      throw FileError(InputFile.name(of: path), "not what 'unmask bench --json' writes")
    }
    let memory = Double(ProcessMemory.current.peak)
    let figures: [(String, Double?, Double, isTime: Bool)] = [
      ("load_ms", earlier.loadMilliseconds, measurement.subject.loadMilliseconds, true),
      ("forward_ms", earlier.forwardMilliseconds, measurement.forward.median, true),
      ("gflops", earlier.gigaflops, measurement.gigaflops, false),
      ("peak_share", earlier.peakShare, measurement.peakShare, false),
      ("step_ms", earlier.stepMilliseconds, measurement.step.median, true),
      ("sampler_ms", earlier.samplerMilliseconds, measurement.sampling.median, true),
      ("peak_memory_bytes", earlier.peakMemory, memory, true),
    ]
    ratios = figures.compactMap { name, before, now, isTime in
      guard let before, before > 0, now > 0 else { return nil }
      return Ratio(
        name: name, before: before, now: now, improvement: isTime ? before / now : now / before)
    }
    guard !ratios.isEmpty else {
      throw FileError(InputFile.name(of: path), "not what 'unmask bench --json' writes")
    }
  }

  var text: String {
    var table = Table(["figure", "before>", "now>", "better by>"])
    for ratio in ratios {
      table.add([
        ratio.name, fixed(ratio.before, 3), fixed(ratio.now, 3),
        fixed(ratio.improvement, 3) + "x",
      ])
    }
    return "\n" + table.text
  }

  var json: JSON {
    .object(
      ratios.map { ratio in
        JSON.Member(
          name: ratio.name,
          value: .object([
            "before": .rounded(ratio.before, 4), "now": .rounded(ratio.now, 4),
            "improvement": .rounded(ratio.improvement, 4),
          ]))
      })
  }
}
