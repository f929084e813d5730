internal import CKernels

extension Kernels {
  /// Writes x / √(mean(x²) + ε) · weight for each row; `output` may be `input`.
  package func rmsNorm(_ input: Rows, norm: Norm, into output: Rows) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        ck_rms_norm(isa, input[row], norm.weight, norm.epsilon, input.width, output[row])
      }
    }
  }

  /// Writes (x − mean) / √(variance + ε) · weight + bias for each row; `output` may be `input`.
  package func layerNorm(
    _ input: Rows, norm: Norm, bias: UnsafePointer<Float>? = nil, into output: Rows
  ) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        ck_layer_norm(isa, input[row], norm.weight, bias, norm.epsilon, input.width, output[row])
      }
    }
  }

  /// Writes silu(gate) · up; `output` may be either.
  package func swiGLU(gate: Rows, up: Rows, into output: Rows) {
    checkSameShape(gate, output)
    checkSameShape(up, output)
    forEachRange(of: gate.count, elements: gate.width) { range in
      for row in range { ck_swiglu(isa, gate[row], up[row], gate.width, output[row]) }
    }
  }

  /// Writes GELU, with the error function or its tanh approximation; `output` may be `input`.
  package func gelu(_ input: Rows, tanhApproximation: Bool = false, into output: Rows) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        ck_gelu(isa, input[row], tanhApproximation ? 1 : 0, input.width, output[row])
      }
    }
  }

  /// Writes a · b, feature by feature; `output` may be either.
  package func multiply(_ a: Rows, _ b: Rows, into output: Rows) {
    checkSameShape(a, output)
    checkSameShape(b, output)
    forEachRange(of: a.count, elements: a.width) { range in
      for row in range {
        let (left, right, products) = (a[row], b[row], output[row])
        for column in 0..<a.width { products[column] = left[column] * right[column] }
      }
    }
  }

  /// Adds rows, each feature multiplied by its own number.
  ///
  /// - Parameters:
  ///   - input: What is added.
  ///   - scale: The numbers, shape `[width]`.
  ///   - output: What is added to; it must not overlap `input`.
  package func add(_ input: Rows, times scale: UnsafePointer<Float>, into output: Rows) {
    checkSameShape(input, output)
    forEachRange(of: input.count, elements: input.width) { range in
      for row in range {
        let (values, sums) = (input[row], output[row])
        for column in 0..<input.width { sums[column] += scale[column] * values[column] }
      }
    }
  }

  /// Writes a + b; `output` may be either.
  package func add(_ a: Rows, _ b: Rows, into output: Rows) {
    checkSameShape(a, output)
    checkSameShape(b, output)
    forEachRange(of: a.count, elements: a.width) { range in
      for row in range { ck_add(isa, a[row], b[row], a.width, output[row]) }
    }
  }

  private func checkSameShape(_ a: Rows, _ b: Rows) {
    precondition(
      a.count == b.count && a.width == b.width,
      "\(a.count) × \(a.width), \(b.count) × \(b.width)")
  }
}
