import Kernels

extension BenchMeasurement {
  /// The measurement for a reader.
  var text: String {
    let memory = ProcessMemory.current
    var text = """
      model          \(subject.name)
      rows           \(batch == 1 ? "\(rows)" : "\(batch) × \(rows)")
      threads        \(subject.threadCount)
      instructions   \(subject.instructionSet)
      load           \(fixed(subject.loadMilliseconds, 1)) ms
      forward pass   \(fixed(forward.median, 3)) ms, at least \(fixed(forward.least, 3)), \
      \(fixed(1000 / forward.median, 1)) a second
      arithmetic     \(fixed(gigaflops, 1)) GFLOP/s, \(fixed(100 * peakShare, 1)) % of the peak
      \(productsLine)peak           f32 \(fixed(peak.float32, 0)), bf16 \(fixed(peak.bfloat16, 0)), \
      int8 \(fixed(peak.int8, 0)) GFLOP/s
      denoising step \(fixed(step.median, 3)) ms, median of \(step.count), \
      \(fixed(100 * samplerShare, 2)) % of it sampling
      \(guidanceLine)\
      memory         \(byteCount(memory.resident)), at most \(byteCount(memory.peak))

      """
    if let accuracy {
      text += """
        against f32    \(fixed(100 * accuracy.argmaxAgreement, 2)) % the same argmax, mean KL \
        \(fixed(accuracy.meanDivergence, 6)) nats, \(accuracy.positionCount) positions

        """
    }
    return text + runsText + lengthsText
  }

  /// Whole runs: what a step costs, how many there are, what a user sees.
  private var runsText: String {
    guard !runs.isEmpty || !omissions.isEmpty else { return "" }
    var table = Table([
      "strategy", "cache", "ms/step>", "sampling %>", "steps>", "forwards>", "tokens/forward>",
      "visits/token>",
      "tokens/s>",
    ])
    for run in runs {
      table.add([
        run.name, run.cache, fixed(run.stepMilliseconds, 3), fixed(100 * run.samplerShare, 1),
        "\(run.steps)", "\(run.forwards)",
        fixed(run.tokensPerForward, 2), fixed(run.visitsPerToken, 2),
        fixed(run.tokensPerSecond, 1),
      ])
    }
    let left = omissions.map { "  \($0.name), cache \($0.cache): \($0.reason)\n" }.joined()
    return "\n" + table.text + (left.isEmpty ? "" : "\nleft out:\n" + left)
  }

  /// What a step costs as the text grows.
  private var lengthsText: String {
    guard !lengths.isEmpty else { return "" }
    var table = Table(["written>", "ms/step>", "at least>", "steps>"])
    for cost in lengths {
      table.add([
        "\(cost.written)", fixed(cost.times.median, 3), fixed(cost.times.least, 3),
        "\(cost.times.count)",
      ])
    }
    return "\n" + table.text
  }

  private var productsLine: String {
    guard let products else { return "" }
    let share = products.gigaflops / peak.bound(subject.precision)
    return """
      products       \(fixed(products.times.median, 3)) ms, \(fixed(products.gigaflops, 1)) \
      GFLOP/s, \(fixed(100 * share, 1)) % of the peak

      """
  }

  private var guidanceLine: String {
    guard let guidance else { return "" }
    return """
      guidance       \(fixed(guidance.guided.median, 3)) ms a step, without \
      \(fixed(guidance.plain.median, 3)), \(fixed(guidance.ratio, 2)) times

      """
  }

  private var guidanceJSON: JSON {
    .optional(guidance) { guidance in
      .object([
        "step_ms": .rounded(guidance.guided.median, 4),
        "plain_step_ms": .rounded(guidance.plain.median, 4),
        "ratio": .rounded(guidance.ratio, 4),
      ])
    }
  }

  private var productsJSON: JSON {
    .optional(products) { products in
      .object([
        "ms": .rounded(products.times.median, 4),
        "min_ms": .rounded(products.times.least, 4),
        "processor_min_ms": .rounded(products.processor.least, 4),
        "gflops": .rounded(products.gigaflops, 3),
        "peak_share": .rounded(products.gigaflops / peak.bound(subject.precision), 4),
      ])
    }
  }

  /// The measurement for a program, times in milliseconds, memory in bytes.
  var json: JSON {
    let memory = ProcessMemory.current
    return .object([
      "shape": .optional(subject.shape) { .string($0) },
      "model": .optional(subject.model) { $0.json },
      "rows": .integer(rows), "batch": .integer(batch), "threads": .integer(subject.threadCount),
      "precision": .string(subject.precision.rawValue),
      "instruction_set": .string(subject.instructionSet.rawValue),
      "load_ms": .rounded(subject.loadMilliseconds, 3),
      "forward_ms": .rounded(forward.median, 4), "forward_min_ms": .rounded(forward.least, 4),
      "forward_processor_min_ms": .rounded(forwardProcessor.least, 4),
      "forwards_per_second": .rounded(1000 / forward.median, 3),
      "gflops": .rounded(gigaflops, 3), "peak_gflops": peak.json,
      "peak_share": .rounded(peakShare, 4), "products": productsJSON,
      "step_ms": .rounded(step.median, 4),
      "sampler_ms": .rounded(sampling.median, 4), "sampler_share": .rounded(samplerShare, 5),
      "guidance": guidanceJSON,
      "memory_bytes": .integer(memory.resident), "peak_memory_bytes": .integer(memory.peak),
      "accuracy": .optional(accuracy) { accuracy in
        .object([
          "positions": .integer(accuracy.positionCount),
          "argmax_agreement": .rounded(accuracy.argmaxAgreement, 6),
          "mean_kl": .rounded(accuracy.meanDivergence, 8),
        ])
      },
      "runs": .array(
        runs.map { run in
          .object([
            "strategy": .string(run.name), "cache": .string(run.cache),
            "tokens": .integer(run.tokens), "steps": .integer(run.steps),
            "step_ms": .rounded(run.stepMilliseconds, 4),
            "sampler_share": .rounded(run.samplerShare, 5), "forwards": .integer(run.forwards),
            "milliseconds": .rounded(run.milliseconds, 3),
            "tokens_per_second": .rounded(run.tokensPerSecond, 3),
            "tokens_per_forward": .rounded(run.tokensPerForward, 4),
            "visits_per_token": .rounded(run.visitsPerToken, 4),
          ])
        }),
      "left_out": .array(
        omissions.map { run in
          .object([
            "strategy": .string(run.name), "cache": .string(run.cache),
            "reason": .string(run.reason),
          ])
        }),
      "lengths": .array(
        lengths.map { cost in
          .object([
            "written": .integer(cost.written), "step_ms": .rounded(cost.times.median, 4),
            "step_min_ms": .rounded(cost.times.least, 4), "steps": .integer(cost.times.count),
          ])
        }),
    ])
  }
}
