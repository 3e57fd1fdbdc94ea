#!/bin/sh
# Builds llama-cpp-python once for this machine and installs it: sh scripts/build_llama.sh BIN FOLDER
# BIN is the environment's bin folder; FOLDER keeps the wheel, and an unfinished build, which the next run completes.
# Only what Vouch needs is built: the library and its vision part, without llama.cpp's own programs. No other package is touched.
set -eu
bin=$1 folder=$2
pin=$(sed -n 's/^llama-cpp-python==//p' constraints.txt)
options="-DLLAVA_BUILD=ON"
folder=$folder/$pin$options # a wheel that was built otherwise is not taken for this one
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if command -v flock >/dev/null; then exec 9>"$folder/lock"; flock 9; fi

wheel() { ls "$folder"/llama_cpp_python-"$pin"-*.whl 2>/dev/null | head -1; }

if [ -z "$(wheel)" ]; then
  command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || {
    echo "There is no C++ compiler here, so llama.cpp is not built (apt install g++, or xcode-select --install). Vouch works without."
    exit 4
  }
  if [ ! -d "$folder/source" ]; then
    rm -rf "$folder/tools" "$folder/unpacked" && mkdir "$folder/unpacked"
    "$bin/python" -m venv "$folder/tools"
    "$folder/tools/bin/pip" install --quiet --disable-pip-version-check scikit-build-core ninja
    command -v cmake >/dev/null || "$folder/tools/bin/pip" install --quiet --disable-pip-version-check cmake
    "$folder/tools/bin/pip" download --disable-pip-version-check --no-deps --no-build-isolation --no-binary llama-cpp-python \
      --dest "$folder/unpacked" "llama-cpp-python==$pin"
    tar -xzf "$folder/unpacked"/llama_cpp_python-*.tar.gz -C "$folder/unpacked"
    sed -i.before 's/LLAMA_BUILD_COMMON ON/LLAMA_BUILD_COMMON OFF/' "$folder/unpacked/llama_cpp_python-$pin/CMakeLists.txt"
    mv "$folder/unpacked/llama_cpp_python-$pin" "$folder/source"
  fi
  cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
  PATH="$folder/tools/bin:$PATH" SKBUILD_BUILD_DIR="$folder/build" CMAKE_BUILD_PARALLEL_LEVEL="$cores" CMAKE_ARGS="$options" \
    "$folder/tools/bin/pip" wheel --verbose --disable-pip-version-check --no-deps --no-build-isolation \
    --wheel-dir "$folder/made" "$folder/source"
  mv "$folder"/made/*.whl "$folder/"
  rm -rf "$folder/source" "$folder/build" "$folder/made" "$folder/tools" "$folder/unpacked"
fi
"$bin/pip" install --quiet --disable-pip-version-check --no-deps --force-reinstall "$(wheel)"
"$bin/pip" install --quiet --disable-pip-version-check --no-deps -c constraints.txt diskcache
