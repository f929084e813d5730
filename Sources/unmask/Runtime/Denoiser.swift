package import MaskedDiffusion
package import PlaygroundUI

/// Does the steps and looks the playground asks for.
///
/// A request says how to get to its place from a sampler state. Samplers that stand where one of
/// the last requests ended are kept, so that going on needs no way, and a step after a look needs
/// no second forward pass. What is computed does not depend on what is kept.
package struct Denoiser: Sendable {
  /// The most samplers kept: one for each of the runs that can be shown side by side.
  package static let keptLimit = 4

  private struct Place: Sendable {
    var model: String
    var origin: Playground.Origin
    var sampler: Sampler
    /// Counts what the sampler computes.
    var counter: CountedPredictor
    /// The time looks took whose forward passes the next step will count, and what they computed.
    var lookMilliseconds = 0.0
    var lookVisits = 0
  }

  private var kept: [Place] = []

  /// Creates a denoiser that keeps nothing yet.
  package init() {}

  /// Does a step.
  ///
  /// - Throws: ``SamplerError``; `prediction(.cancelled)` after the flag was raised.
  package mutating func step(
    _ request: Playground.StepRequest, predictor: any MaskPredictor,
    cancellation: CancellationFlag?
  ) throws(SamplerError) -> Playground.StepReport {
    var place = try takePlace(
      request.origin, model: request.model, predictor: predictor, cancellation: cancellation)
    defer { keep(place) }
    _ = place.counter.reset()
    var step = try place.sampler.step()
    let visits = place.counter.reset().visits + place.lookVisits
    step?.milliseconds += place.lookMilliseconds
    (place.lookMilliseconds, place.lookVisits) = (0, 0)
    place.origin.settings = place.origin.settingsInForce
    place.origin.state = place.sampler.state
    place.origin.legs = []
    return Playground.StepReport(
      number: request.number, step: step, state: place.sampler.state,
      isFinished: step == nil || place.sampler.isFinished, visits: visits)
  }

  /// Asks the predictor about a canvas.
  ///
  /// - Throws: ``SamplerError``; `prediction(.cancelled)` after the flag was raised.
  package mutating func look(
    _ request: Playground.LookRequest, predictor: any MaskPredictor,
    cancellation: CancellationFlag?
  ) throws(SamplerError) -> Playground.LookReport {
    var place = try takePlace(
      request.origin, model: request.model, predictor: predictor, cancellation: cancellation)
    defer { keep(place) }
    let start = ContinuousClock.now
    _ = place.counter.reset()
    let opinions = try place.sampler.opinions(
      count: Playground.candidateCount, everywhere: request.coversUnmasked)
    place.lookMilliseconds += (ContinuousClock.now - start) / .milliseconds(1)
    place.lookVisits += place.counter.reset().visits
    var proposal: TraceStep?
    if request.wantsProposal {
      var copy = place.sampler
      proposal = try copy.step()
    }
    let overlay = try request.overlay.flatMap { strategy throws(SamplerError) in
      try Self.step(of: strategy, from: place.sampler)
    }
    return Playground.LookReport(
      number: request.number, opinions: opinions, proposal: proposal, overlay: overlay)
  }

  /// What another strategy would do next; nothing where its parameters do not fit.
  private static func step(
    of strategy: AlgorithmSelection, from sampler: Sampler
  ) throws(SamplerError) -> TraceStep? {
    var copy = sampler
    var settings = sampler.settings
    settings.strategy = strategy
    try copy.change(to: settings)
    return try copy.step()
  }

  private mutating func keep(_ place: Place) {
    kept.append(place)
    if kept.count > Self.keptLimit { kept.removeFirst() }
  }

  /// Takes out the sampler that is nearest to `origin`, or makes one, and brings it there.
  private mutating func takePlace(
    _ origin: Playground.Origin, model: String, predictor: any MaskPredictor,
    cancellation: CancellationFlag?
  ) throws(SamplerError) -> Place {
    let origin = origin.essential
    var place: Place
    if let index = nearest(to: origin, model: model) {
      place = kept.remove(at: index)
    } else {
      var start = origin
      start.legs = []
      let counter = CountedPredictor(predictor)
      place = Place(
        model: model, origin: start, sampler: try Self.sampler(at: start, predictor: counter),
        counter: counter)
    }
    place.sampler.cancellation = cancellation
    for leg in origin.legs.dropFirst(place.origin.legs.count) {
      if let canvas = leg.canvas { try place.sampler.edit { $0 = canvas } }
      if leg.settings != place.origin.settingsInForce {
        try place.sampler.change(to: leg.settings)
      }
      for _ in 0..<leg.steps { _ = try place.sampler.step() }
      place.origin.legs.append(leg)
    }
    return place
  }

  private func nearest(to origin: Playground.Origin, model: String) -> Int? {
    kept.indices
      .filter { index in
        let place = kept[index]
        return place.model == model && origin.legs.starts(with: place.origin.legs)
          && place.origin.settings == origin.settings && place.origin.state == origin.state
      }
      .max { kept[$0].origin.legs.count < kept[$1].origin.legs.count }
  }

  /// The start of a run is planned in full, so that it knows its number of steps.
  private static func sampler(
    at origin: Playground.Origin, predictor: any MaskPredictor
  ) throws(SamplerError) -> Sampler {
    let canvas = origin.state.canvas
    if origin.state == SamplerState(canvas: canvas), canvas.openCount(in: 0..<canvas.count) > 0 {
      return try Sampler(predictor: predictor, canvas: canvas, settings: origin.settings)
    }
    return try Sampler(predictor: predictor, state: origin.state, settings: origin.settings)
  }
}

extension Playground.Origin {
  /// The settings at its end.
  fileprivate var settingsInForce: SamplerSettings { legs.last?.settings ?? settings }

  /// The same way without parts in which nothing happens.
  fileprivate var essential: Playground.Origin {
    var origin = self
    origin.legs = []
    for leg in legs
    where leg.canvas != nil || leg.steps > 0 || leg.settings != origin.settingsInForce {
      origin.legs.append(leg)
    }
    return origin
  }
}
